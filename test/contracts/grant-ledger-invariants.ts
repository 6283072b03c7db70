/** What holds after every act, whatever the model thinks: read from two looks at one drop's books, before and after it. */
import type { Act } from './grant-ledger-acts.ts';
import type { Books, ClaimRecord, GrantRecord } from './grant-ledger-model.ts';

interface Moment {
  readonly act: Act;
  /** The place of the drop whose books these are. */
  readonly drop: number;
  /** Units that were left before and after, for people who waited; 0 while the drop is not on sale. */
  readonly wasOwed: number;
  readonly owed: number;
}

export function breachesOf(before: Books, after: Books, moment: Moment): string[] {
  return [
    ...countersOf(after),
    ...unitsOf(after),
    ...limitOf(before, after),
    ...orderOf(before, after),
    ...owedOf(moment),
    ...historyOf(before, after),
  ];
}

const isLive = ({ released }: GrantRecord): boolean => !released;

function countersOf({ stock, granted, serials, arrivals, waiting, grants, claims, waiters }: Books): string[] {
  const line = waiters.filter(({ state }) => state === 'waiting');
  return said([
    [granted > stock, `${granted} units of ${stock} are granted`],
    [
      granted !== grants.filter(isLive).length,
      `granted is ${granted}, live grants are ${grants.filter(isLive).length}`,
    ],
    [waiting !== line.length, `waiting is ${waiting}, and ${line.length} people wait`],
    [grants.some(({ serial }, place) => serial !== place + 1) || serials !== grants.length, 'serials have a gap'],
    [claims.some(({ arrival }, place) => arrival !== place + 1) || arrivals !== claims.length, 'arrivals have a gap'],
    [new Set(line.map(({ arrival }) => arrival)).size < line.length, 'two people stand at one place'],
  ]);
}

/** Each grant is one claim's, and each claim has one grant at most. */
function unitsOf({ grants, claims }: Books): string[] {
  const claimed = claims.filter(({ serial }) => serial !== null);
  const owners = new Map(claimed.map((claim): [number | null, ClaimRecord] => [claim.serial, claim]));
  return grants.flatMap(({ serial, userId, arrival }) => {
    const claim = owners.get(serial);
    const isTheirs = claim?.userId === userId && claim.arrival === arrival;
    return isTheirs ? [] : [`grant #${serial} is no claim's`];
  });
}

function limitOf(before: Books, after: Books): string[] {
  const winners = new Set(after.grants.slice(before.serials).map(({ userId }) => userId));
  return [...winners].flatMap((userId) => {
    const units = after.grants.filter((grant) => grant.userId === userId && isLive(grant)).length;
    return units > after.limit ? [`user ${userId} was given unit ${units}, the limit is ${after.limit}`] : [];
  });
}

/** Nobody who waits is overtaken: not by somebody behind them, and not by a newcomer. */
function orderOf(before: Books, after: Books): string[] {
  const given = after.grants.slice(before.serials);
  const stillWait = after.waiters.filter(({ state }) => state === 'waiting');
  const fromLine = given.filter(({ arrival }) => arrival <= before.arrivals);
  const newcomers = given.filter(
    ({ arrival }) => arrival > before.arrivals && !stillWait.some((each) => each.arrival > arrival),
  );
  const overtaken = fromLine.flatMap(({ arrival, serial }) =>
    stillWait
      .filter((each) => each.arrival < arrival)
      .map((each) => `#${serial} (${arrival}) overtook (${each.arrival})`),
  );
  const left = after.stock - after.granted;
  return [
    ...overtaken,
    ...said([
      [
        given.some(({ arrival }, place) => arrival <= (given[place - 1]?.arrival ?? 0)),
        'serials and arrivals differ in order',
      ],
      [
        after.line && newcomers.length > 0 && left < after.waiting,
        `${left} units are left for ${after.waiting} who wait`,
      ],
    ]),
  ];
}

/** A unit is left while somebody waits only until the next offer; and what comes back is offered at once. */
function owedOf({ act, drop, wasOwed, owed }: Moment): string[] {
  if (act.act === 'offer' && act.drop === drop)
    return said([[owed > Math.max(0, wasOwed - act.units), `${owed} units are still owed`]]);
  const comesBack = act.act === 'give back' || act.act === 'expire';
  return said([[comesBack && owed > wasOwed, `${owed} units were not offered`]]);
}

/** What is final stays, and what was written is never rewritten. */
function historyOf(before: Books, after: Books): string[] {
  const rewritten = before.grants.flatMap((was, place) => {
    const is = after.grants[place];
    const isFinal = was.state !== 'issued' && was.state !== 'held';
    const isSame = is?.userId === was.userId && is.serial === was.serial && is.arrival === was.arrival;
    return isSame && (!isFinal || is.state === was.state) ? [] : [`grant #${was.serial} was rewritten`];
  });
  const reclaimed = before.claims.flatMap((was, place) => {
    const is = after.claims[place];
    const isSame = is?.outcome === was.outcome && is.userId === was.userId && is.requestId === was.requestId;
    return isSame && (was.serial === null || was.serial === is.serial) ? [] : [`claim (${was.arrival}) was rewritten`];
  });
  const entries = JSON.stringify(after.log.slice(0, before.log.length)) === JSON.stringify(before.log);
  return [...rewritten, ...reclaimed, ...said([[!entries, 'log entries were rewritten']])];
}

function said(breaches: readonly (readonly [boolean, string])[]): string[] {
  return breaches.flatMap(([isBreach, text]) => (isBreach ? [text] : []));
}
