/** The run itself: from the last moment before the opening until every claim is answered or given up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Buyer, Connection } from './connection.ts';
import type { Options } from './options.ts';
import type { PlannedPress } from './press-schedule.ts';
import { Presser } from './presser.ts';
import { showProgress } from './progress.ts';
import type { Claim, RunRecord } from './record.ts';
import { untilInstant, within } from './wait.ts';

/** After the connections are closed, their losses are reported within this time. */
export const closeWithinMs = 10_000;
export const progressEveryMs = 250;

/** The claims of a plan; `opensAt` is the opening by the monotonic clock, in milliseconds. */
export function makeClaims(
  plan: readonly PlannedPress[],
  buyers: readonly Buyer[],
  connections: number,
  opensAt: number,
  copiesLater: number,
): Claim[] {
  return plan.map(({ atMs, user, press }) => {
    const buyer = buyers[user];
    if (buyer === undefined) throw new Error(`there is no user ${user}`);
    return {
      buyer,
      connectionIndex: user % connections,
      requestId: `load-${user}-${press}`,
      intendedAt: opensAt + atMs,
      prepared: undefined,
      copiesLater,
      firstSentAt: 0,
      answer: null,
      answeredAt: 0,
    };
  });
}

/** Of `repeat` copies, how many go out together; the others follow when the first has been answered. */
export function copiesAtOnce(repeat: number): number {
  return repeat - Math.floor((repeat - 1) / 2);
}

/** Presses as planned, and sees every claim through. Afterwards all connections are closed. */
export async function pressAll(
  options: Options,
  claims: readonly Claim[],
  connections: readonly Connection[],
  record: RunRecord,
  signal: AbortSignal,
): Promise<void> {
  const presser = new Presser(connections, record, options.timeoutSeconds * 1000);
  const copies = copiesAtOnce(options.repeat);
  const progress = showProgress('answered', claims.length);
  const ticker = setInterval(() => progress.update(presser.answered), progressEveryMs);
  try {
    await sendInTime(claims, (claim) => presser.press(claim, copies), signal);
    const patienceMs = options.timeoutSeconds * 1000;
    await within(presser.whenDone(), patienceMs, 'answering', signal).catch(() => signal.throwIfAborted());
  } finally {
    clearInterval(ticker);
    presser.giveUp();
    for (const connection of connections) connection.close();
    await within(presser.whenDone(), closeWithinMs, 'closing the connections', new AbortController().signal);
    progress.update(presser.answered);
    progress.stop();
  }
}

/** Sends each claim at its instant, or as soon after as this process can; never early. */
export async function sendInTime(
  claims: readonly Claim[],
  send: (claim: Claim) => void,
  signal: AbortSignal,
): Promise<void> {
  const first = claims[0];
  if (first !== undefined) await untilInstant(first.intendedAt, signal);
  let next = 0;
  while (next < claims.length) {
    const now = performance.now();
    for (let claim = claims[next]; claim !== undefined && claim.intendedAt <= now; claim = claims[++next]) send(claim);
    const claim = claims[next];
    if (claim !== undefined) await sleep(Math.max(1, claim.intendedAt - performance.now()), undefined, { signal });
  }
}
