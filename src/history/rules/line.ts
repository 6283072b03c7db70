/**
 * The waiting line: whoever was told sold_out may wait, and the place is the arrival of that claim. Units that are left
 * belong to the first who wait; nobody overtakes them, and nobody waits while they could be served.
 */
import { closedBecause, stillOpen, wasHeld } from '../facts.ts';
import type { LedgerDrop } from '../ledger.ts';
import { type Rule, which } from '../violation.ts';
import type { Moment, Move, WalkedPlace } from '../walk.ts';

/**
 * A unit that comes back goes to the line in the same transaction; what an administrator adds, a job gives out, some 100 ms
 * later. A job that has died is taken over within seconds; whoever judges right after such a fault should wait that long.
 */
const OFFERED_WITHIN_MS = 2_000;

export const linePlaces: Rule = {
  name: 'line_places',
  promise:
    'A place in the line is that of a claim of the same user which was refused with sold_out and has not had its turn since; a person has one at a time, and takes it while the drop is open and has a line. Only places that are held are given up, served or passed over.',
  breaches: ({ ledger, walk }) =>
    walk.moves.flatMap((move) => {
      const fault = move.kind === 'joined' ? joinFault(ledger.drop, move) : wasHeld(move) ? undefined : 'nobody waited';
      return fault === undefined
        ? []
        : [`entry ${move.entry.number}: user ${move.userId} ${move.kind} at arrival ${move.arrival}, but ${fault}`];
    }),
};

function joinFault(drop: LedgerDrop, move: Move): string | undefined {
  const { claim, userId, turnBefore, placeBefore, conditions } = move;
  if (claim === undefined || claim.userId !== userId) return 'no claim of this user was refused there';
  if (turnBefore !== undefined) return `that claim was ${turnBefore} before`;
  if (placeBefore !== undefined) return `the user waited at arrival ${placeBefore} already`;
  if (conditions.waitingLine === false) return 'the drop had no line';
  const reason = closedBecause(drop, move);
  return reason === undefined ? undefined : `it was ${reason}`;
}

export const lineOrder: Rule = {
  name: 'line_order',
  promise:
    'A unit is offered only to the head of the line: whoever is served, or passed over, came before all who go on waiting.',
  breaches: ({ walk }) =>
    walk.moves
      .filter(({ kind }) => kind === 'offered' || kind === 'passed')
      .filter(({ arrival, nextInLine }) => nextInLine !== undefined && nextInLine < arrival)
      .map(
        ({ entry, kind, arrival, nextInLine }) =>
          `entry ${entry.number}: arrival ${arrival} was ${kind} while arrival ${nextInLine} waited`,
      ),
};

export const linePassed: Rule = {
  name: 'line_passed',
  promise: 'Nobody in the line is passed over who may hold one more unit.',
  breaches: ({ walk }) =>
    walk.moves
      .filter(({ kind, outOfUser, conditions }) => kind === 'passed' && outOfUser < (conditions.perUserLimit ?? 0))
      .map(
        ({ entry, userId, arrival, outOfUser, conditions }) =>
          `entry ${entry.number}: user ${userId}, arrival ${arrival}, was passed over holding ${outOfUser}, with a limit of ${conditions.perUserLimit}`,
      ),
};

export const lineOvertaken: Rule = {
  name: 'line_overtaken',
  promise: 'No claim is granted a unit that somebody in the line waits for.',
  breaches: ({ walk }) =>
    walk.steps
      .filter(({ outcome, conditions, waiting }) => outcome === 'granted' && conditions.waitingLine && waiting > 0)
      .filter(({ conditions, out, waiting }) => out + waiting >= conditions.stock)
      .map(
        (step) =>
          `${which(step)} was granted when ${step.conditions.stock - step.out} units were left and ${step.waiting} waited`,
      ),
};

export const lineStalled: Rule = {
  name: 'line_stalled',
  promise:
    'When all is over, nobody has waited for more than a moment while units are left, unless the drop is closed, cancelled, or its line off.',
  breaches: ({ ledger, walk }) => {
    if (!stillOpen(ledger)) return [];
    const since = stalledSince(walk.moments);
    const end = walk.moments.at(-1);
    if (since === undefined || end === undefined) return [];
    const waitedMs = Date.parse(ledger.drop.serverTime) - Date.parse(since.entry.at);
    if (!(waitedMs > OFFERED_WITHIN_MS)) return [];
    return [
      `${end.waiting} wait and ${end.conditions.stock - end.out} units are left, since entry ${since.entry.number}, for ${waitedMs} ms`,
    ];
  },
};

/**
 * From when on the line could have been served and was not. An offer is a sign of life: the rest of a long line is served by
 * the next. An amendment may have opened a drop that was closed.
 */
function stalledSince(moments: readonly Moment[]): Moment | undefined {
  const couldServe = ({ conditions, out, waiting }: Moment) =>
    conditions.waitingLine === true && Math.min(waiting, conditions.stock - out) > 0;
  const from = moments.findLastIndex((moment) => !couldServe(moment)) + 1;
  const sign = moments.findLastIndex(({ entry }) => entry.kind === 'offered' || entry.kind === 'amended');
  return from < moments.length ? moments[Math.max(from, sign)] : undefined;
}

export const logLine: Rule = {
  name: 'log_line',
  promise:
    'Who waits by the log waits in the table, at the same arrival, and nobody else does; the others’ last places ended as the log tells; and the drop counts as many who wait.',
  breaches: ({ ledger: { drop, waiters }, walk }) => {
    const inTable = new Map(waiters.map((waiter) => [waiter.userId, waiter]));
    const waiting = [...walk.places].filter(([, { state }]) => state === 'waiting');
    const lost = waiting.filter(([userId]) => !inTable.has(userId));
    const count = walk.moments.at(-1)?.waiting ?? 0;
    return [
      ...lost.map(([userId, { arrival }]) => `user ${userId} waits at arrival ${arrival} by the log, not in the table`),
      ...waiters.flatMap((waiter) => {
        const told = placeInWords(walk.places.get(waiter.userId));
        const stored = placeInWords(waiter);
        return told === stored ? [] : [`user ${waiter.userId} is "${told}" by the log, "${stored}" in the table`];
      }),
      ...(drop.waiting === count ? [] : [`the drop counts ${drop.waiting} who wait, the log tells of ${count}`]),
    ];
  },
};

function placeInWords(
  place: (Pick<WalkedPlace, 'arrival' | 'serial'> & { readonly state: string }) | undefined,
): string {
  return place === undefined ? 'nowhere' : `${place.state} at arrival ${place.arrival}, serial ${place.serial ?? '-'}`;
}
