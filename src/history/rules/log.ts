/** The log is the truth in order: numbered without gaps, and read from its start it gives exactly the tables. */

import { liveGrants } from '../facts.ts';
import type { Ledger, LedgerGrant } from '../ledger.ts';
import { type Rule, which, who } from '../violation.ts';
import type { WalkedGrant } from '../walk.ts';

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

export const logBodies: Rule = {
  name: 'log_bodies',
  promise: 'Every entry is of a kind that this checker knows, and tells what such an entry must.',
  breaches: ({ walk }) => walk.unreadable.map(({ number, kind }) => `entry ${number}, "${kind}", cannot be read`),
};

export const logClaims: Rule = {
  name: 'log_claims',
  promise:
    'The claims told by the log, in its order, are the claims of the table: user, request, outcome, arrival, and the serial that they got at once or later from the line.',
  breaches: ({ claims, walk }) => {
    const told = walk.steps.filter(({ outcome }) => outcome !== 'offered');
    const breaches: string[] = [];
    if (told.length !== claims.length)
      breaches.push(`the log tells of ${told.length} claims, the table of ${claims.length}`);
    const gap = told.findIndex(({ arrival }, index) => arrival !== index + 1);
    if (gap >= 0)
      breaches.push(`entry ${told[gap]?.entry.number} tells of arrival ${told[gap]?.arrival}, ${gap + 1} was next`);
    for (const [index, claim] of claims.entries()) {
      const step = told[index];
      if (step === undefined) break;
      const inLog = claimInWords({ ...step, serial: step.serial ?? walk.offeredSerials.get(step.arrival) ?? null });
      const inTable = claimInWords(claim);
      if (inLog !== inTable) breaches.push(`the log tells "${inLog}", the table "${inTable}"`);
    }
    return breaches;
  },
};

interface ClaimFacts {
  readonly userId: string;
  readonly requestId: string;
  readonly arrival: number;
  readonly outcome: string;
  readonly serial: number | null;
}

function claimInWords(claim: ClaimFacts): string {
  return `arrival ${claim.arrival}, ${who(claim)}, ${claim.outcome}, serial ${claim.serial ?? '-'}`;
}

export const logGrants: Rule = {
  name: 'log_grants',
  promise:
    'The grants that the log ends with are the grants of the table: user, arrival and state; it has the time of its release exactly if its unit went back, and the time it was settled exactly if it came to its end and kept it.',
  breaches: ({ ledger, grantBySerial, walk }) => {
    const missing = [...walk.grants].filter(([serial]) => !grantBySerial.has(serial));
    return [
      ...missing.map(([serial, grant]) => `the log tells of serial ${serial}, ${walkedInWords(grant)}, the table not`),
      ...ledger.grants.flatMap((grant) => {
        const walked = walk.grants.get(grant.serial);
        if (walked === undefined) return [`the table has serial ${grant.serial}, the log does not tell of it`];
        const [inLog, inTable] = [walkedInWords(walked), grantInWords(grant, walked)];
        return inLog === inTable ? [] : [`serial ${grant.serial} is "${inLog}" by the log, "${inTable}" in the table`];
      }),
    ];
  },
};

function walkedInWords({ userId, arrival, state, settled, released }: WalkedGrant): string {
  return grantWords(userId, arrival, state, settled, released);
}

function grantInWords({ userId, arrival, state, settledAt, releasedAt }: LedgerGrant, walked: WalkedGrant): string {
  const settled = settledAt === undefined ? walked.settled : settledAt !== null;
  return grantWords(userId, arrival, state, settled, releasedAt !== null);
}

function grantWords(userId: string, arrival: number, state: string, settled: boolean, released: boolean): string {
  return `user ${userId}, arrival ${arrival}, ${state}${settled ? ', settled' : ''}${released ? ', released' : ''}`;
}

export const logTerms: Rule = {
  name: 'log_terms',
  promise: "The terms that the log ends with are the drop's: its stock, its limit, its waiting line, its cancellation.",
  breaches: ({ ledger: { drop }, walk }) => {
    const end = walk.moments.at(-1)?.conditions;
    if (end === undefined) return ['there is no log that tells the terms'];
    const pairs: [string, unknown, unknown][] = [
      ['a stock of', end.stock, drop.stock],
      ['a limit of', end.perUserLimit, drop.perUserLimit],
      ['the waiting line', inWords(end.waitingLine), inWords(drop.waitingLine)],
      ['a cancellation', inWords(end.cancelled), inWords(drop.cancelledAt !== null)],
    ];
    return pairs
      .filter(([, told, stored]) => told !== stored)
      .map(([what, told, stored]) => `the log ends with ${what} ${told}, the drop has ${stored}`);
  },
};

function inWords(is: boolean | undefined): string {
  return is === undefined ? 'unknown' : is ? 'on' : 'off';
}

export const claimsAndGrants: Rule = {
  name: 'claims_and_grants',
  promise:
    'Every claim with a serial has its grant, with the same serial, user and arrival, and every grant such a claim; a refused claim has none, unless the log tells that its turn came in the waiting line.',
  breaches: ({ ledger, grantBySerial, walk }) => {
    const fromClaims = ledger.claims.flatMap((claim) => {
      if (claim.serial === null) return claim.outcome === 'granted' ? [`${which(claim)} was granted no serial`] : [];
      if (claim.outcome !== 'granted' && !walk.offeredSerials.has(claim.arrival))
        return [`${which(claim)} was refused, but has serial ${claim.serial}`];
      const grant = grantBySerial.get(claim.serial);
      const same = grant !== undefined && grant.userId === claim.userId && grant.arrival === claim.arrival;
      return same ? [] : [`${which(claim)} has serial ${claim.serial}, but no grant fits`];
    });
    return [...fromClaims, ...orphans(ledger)];
  },
};

function orphans({ claims, grants }: Ledger): string[] {
  const serials = new Set(claims.map((claim) => claim.serial));
  return grants
    .filter((grant) => !serials.has(grant.serial))
    .map((grant) => `serial ${grant.serial} of user ${grant.userId} belongs to no claim`);
}

export const grantedCounter: Rule = {
  name: 'granted_counter',
  promise: "The drop's count of granted units is the number of units in people's hands, by the table and by the log.",
  breaches: ({ ledger, walk }) => {
    const live = liveGrants(ledger).length;
    const byLog = walk.moments.at(-1)?.out ?? 0;
    return ledger.drop.granted === live && live === byLog
      ? []
      : [`the drop counts ${ledger.drop.granted} granted, ${live} units are out, ${byLog} by the log`];
  },
};
