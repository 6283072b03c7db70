/**
 * The life of a grant: it ends at most once, in time, and what its holder was told of its end stays true.
 *
 *   coupon   issued ──> used · expired   it was its holder's to the end: the unit is spent
 *                  └──> cancelled        the unit goes back
 *   slot     held ──> confirmed          paid: the unit is sold
 *                └──> returned · expired the unit goes back
 */
import type { Evidence } from '../evidence.ts';
import type { LedgerGrant } from '../ledger.ts';
import type { Rule } from '../violation.ts';
import type { Ending } from '../walk.ts';

const ALLOWED = new Set([
  'settled: issued -> used',
  'settled: issued -> expired',
  'released: issued -> cancelled',
  'settled: held -> confirmed',
  'released: held -> returned',
  'released: held -> expired',
]);

export const endsOnce: Rule = {
  name: 'ends_once',
  promise: 'A grant ends at most once, and only as its kind may: then its unit goes back exactly if it should.',
  breaches: ({ walk }) =>
    walk.endings
      .filter(({ kind, from, to }) => !ALLOWED.has(`${kind}: ${from} -> ${to}`))
      .map(
        ({ entry, kind, serial, from = 'nothing', to }) =>
          `entry ${entry.number}: serial ${serial}, ${from}, was ${kind} as ${to}`,
      ),
};

export const expiredTooEarly: Rule = {
  name: 'expired_too_early',
  promise:
    'No coupon expires before its validity has ended, and no slot before its hold, or while it is kept for a payment.',
  breaches: (evidence) =>
    timedEndings(evidence).flatMap(({ entry, serial, to, grant: { holdUntil, validUntil, expiresAt } }) => {
      const later = [holdUntil, validUntil, expiresAt].find((end) => Date.parse(entry.at) < Date.parse(end ?? ''));
      return to === 'expired' && later !== undefined
        ? [`serial ${serial} expired at ${entry.at}, it was to last until ${later}`]
        : [];
    }),
};

export const endedTooLate: Rule = {
  name: 'ended_too_late',
  promise:
    'Nothing is used, cancelled or returned after its time, and no slot is confirmed after it could be kept for the payment.',
  breaches: (evidence) =>
    timedEndings(evidence).flatMap(({ entry, serial, to, grant }) => {
      const own = grant.holdUntil ?? grant.validUntil;
      const end = (to === 'confirmed' ? grant.expiresAt : own) ?? '';
      return to !== 'expired' && Date.parse(entry.at) > Date.parse(end)
        ? [`serial ${serial} was ${to} at ${entry.at}, its time had ended at ${end}`]
        : [];
    }),
};

/** Ends of grants whose times the table knows. Times that cannot be read compare as neither early nor late. */
function timedEndings({ walk, grantBySerial }: Evidence): (Ending & { readonly grant: LedgerGrant })[] {
  return walk.endings.flatMap((ending) => {
    const grant = grantBySerial.get(ending.serial);
    return grant === undefined ? [] : [{ ...ending, grant }];
  });
}

/** The states that no change leads out of. An `expired` may be told by the hour alone, before the ledger has it. */
const FINAL = new Set(['used', 'confirmed', 'cancelled', 'returned']);

export const lostEnding: Rule = {
  name: 'lost_ending',
  promise: 'A grant that somebody was told is used, confirmed, cancelled or returned is so in the database, for ever.',
  breaches: ({ calls, ledger }) => {
    const grantById = new Map(ledger.grants.map((grant) => [grant.id ?? '', grant]));
    return calls
      .filter(({ state }) => FINAL.has(state ?? ''))
      .filter(({ state, grantId }) => grantById.get(grantId ?? '')?.state !== state)
      .map(
        ({ userId, requestId, grantId, state }) =>
          `user ${userId}, request ${requestId}, was told that grant ${grantId} is ${state}; the ledger has ${grantById.get(grantId ?? '')?.state ?? 'no such grant'}`,
      );
  },
};

export const usedTwice: Rule = {
  name: 'used_twice',
  promise: 'Of several uses of one coupon one succeeds: its repeats get the same answer, all other keys are refused.',
  breaches: ({ calls }) => {
    const uses = calls.filter(({ kind, state, errorCode }) => kind === 'use' && state === 'used' && errorCode === null);
    return [...Map.groupBy(uses, ({ grantId }) => grantId)].flatMap(([grantId, theirs]) => {
      const keys = [...new Set(theirs.map(({ requestId }) => requestId))];
      return keys.length < 2 ? [] : [`grant ${grantId} was used by the requests ${keys.join(' and ')}`];
    });
  },
};
