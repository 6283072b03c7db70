/** The log is the truth in order: numbered without gaps, and read from its start it gives exactly the tables. */

import { liveGrants } from '../facts.ts';
import {
  amendedChanges,
  claimsBody,
  type Ledger,
  type LedgerClaim,
  type LedgerEntry,
  outcomeOfLetter,
} from '../ledger.ts';
import { type Rule, who } from '../violation.ts';

export const logNumbers: Rule = {
  name: 'log_numbers',
  promise: 'Log entries are numbered 1, 2, 3 … without gaps, the first is "created", and the drop counts as many.',
  breaches: ({ ledger: { drop, entries } }) => {
    const breaches: string[] = [];
    const gap = entries.findIndex((entry, index) => entry.number !== index + 1);
    if (gap >= 0) breaches.push(`entry ${gap + 1} is missing: number ${entries[gap]?.number} stands in its place`);
    if (entries[0]?.kind !== 'created') breaches.push(`the log starts with ${entries[0]?.kind ?? 'nothing'}`);
    if (drop.entries !== entries.length)
      breaches.push(`the drop counts ${drop.entries} entries, the log has ${entries.length}`);
    return breaches;
  },
};

export const logClaims: Rule = {
  name: 'log_claims',
  promise:
    'The claims told by the log, in its order, are the claims of the table: user, request, outcome, arrival and serial.',
  breaches: ({ ledger, steps }) => {
    const breaches: string[] = [];
    const replayed: ReplayedClaim[] = [];
    for (const entry of ledger.entries) if (entry.kind === 'claims') replayEntry(entry, replayed, breaches);
    if (replayed.length !== steps.length)
      breaches.push(`the log tells of ${replayed.length} claims, the table of ${steps.length}`);
    steps.forEach(({ claim }, index) => {
      const other = replayed[index];
      if (other !== undefined && told(other) !== told(claim))
        breaches.push(`the log tells "${told(other)}", the table "${told(claim)}"`);
    });
    return breaches;
  },
};

type ReplayedClaim = Pick<LedgerClaim, 'userId' | 'requestId' | 'arrival' | 'serial'> & { readonly outcome: string };

function replayEntry(entry: LedgerEntry, replayed: ReplayedClaim[], breaches: string[]): void {
  const body = claimsBody(entry);
  if (body === undefined) {
    breaches.push(`entry ${entry.number} has an unreadable body`);
    return;
  }
  if (body.firstArrival !== replayed.length + 1)
    breaches.push(`entry ${entry.number} starts at arrival ${body.firstArrival}, ${replayed.length + 1} was next`);
  let serial = body.firstSerial;
  for (let index = 0; index < body.outcomes.length; index += 1) {
    const letter = body.outcomes[index] ?? '';
    replayed.push({
      userId: body.userIds[index] ?? '',
      requestId: body.requestIds[index] ?? '',
      arrival: body.firstArrival + index,
      outcome: outcomeOfLetter[letter] ?? `unknown letter ${letter}`,
      serial: letter === 'g' ? serial++ : null,
    });
  }
}

function told(claim: ReplayedClaim): string {
  return `arrival ${claim.arrival}, ${who(claim)}, ${claim.outcome}, serial ${claim.serial ?? '-'}`;
}

export const logTerms: Rule = {
  name: 'log_terms',
  promise:
    "The terms that the log ends with are the drop's: its stock, its limit, its cancellation; and every kind of entry is known to this checker.",
  breaches: ({ ledger: { drop, entries } }) => {
    const breaches: string[] = [];
    const last = (field: string): unknown =>
      entries
        .filter((entry) => entry.kind === 'amended' && field in amendedChanges(entry))
        .map((entry) => amendedChanges(entry)[field])
        .at(-1);
    const stock = last('stock') ?? entries.find((entry) => entry.kind === 'created')?.body['stock'];
    if (stock !== drop.stock) breaches.push(`the log ends with a stock of ${stock}, the drop has ${drop.stock}`);
    const limit = last('perUserLimit') ?? drop.perUserLimit;
    if (limit !== drop.perUserLimit)
      breaches.push(`the log ends with a limit of ${limit}, the drop has ${drop.perUserLimit}`);
    const cancelled = entries.some((entry) => entry.kind === 'cancelled');
    if (cancelled !== (drop.cancelledAt !== null))
      breaches.push(
        `by the log the drop is ${cancelled ? '' : 'not '}cancelled, by its row it is ${cancelled ? 'not' : ''}`,
      );
    const unknown = entries.filter((entry) => !['created', 'claims', 'amended', 'cancelled'].includes(entry.kind));
    return [...breaches, ...unknown.map((entry) => `entry ${entry.number} is of the unknown kind "${entry.kind}"`)];
  },
};

export const claimsAndGrants: Rule = {
  name: 'claims_and_grants',
  promise:
    'Every granted claim has its grant, with the same serial, user and arrival; every grant has such a claim; a refused claim has no serial.',
  breaches: ({ ledger, grantBySerial }) => {
    const fromClaims = ledger.claims.flatMap((claim) => {
      if (claim.outcome !== 'granted')
        return claim.serial === null ? [] : [`arrival ${claim.arrival} was refused, but has serial ${claim.serial}`];
      const grant = grantBySerial.get(claim.serial ?? 0);
      const same = grant !== undefined && grant.userId === claim.userId && grant.arrival === claim.arrival;
      return same
        ? []
        : [`arrival ${claim.arrival} (${who(claim)}) was granted serial ${claim.serial}, but no grant fits`];
    });
    return [...fromClaims, ...orphans(ledger)];
  },
};

function orphans({ claims, grants }: Ledger): string[] {
  const serials = new Set(claims.filter((claim) => claim.outcome === 'granted').map((claim) => claim.serial));
  return grants
    .filter((grant) => !serials.has(grant.serial))
    .map((grant) => `serial ${grant.serial} of user ${grant.userId} belongs to no granted claim`);
}

export const grantedCounter: Rule = {
  name: 'granted_counter',
  promise: "The drop's count of granted units is the number of units in people's hands.",
  breaches: ({ ledger }) => {
    const live = liveGrants(ledger).length;
    return ledger.drop.granted === live
      ? []
      : [`the drop counts ${ledger.drop.granted} granted, ${live} units are out`];
  },
};
