/** Puts live views and answers beside the commits that they tell of. All times are of one clock. */
import type { Frame, Probe } from '../clients/protocol.ts';

/** An entry of the drop's log: one commit. `at` is read shortly before it. */
export interface Commit {
  readonly atMs: number;
  readonly firstArrival: number;
  /** One letter per claim. */
  readonly outcomes: string;
}

interface Standing {
  readonly atMs: number;
  /** Units given out, with this commit. */
  readonly granted: number;
}

/** Commits that changed the stock, in their order. */
function standings(commits: readonly Commit[]): Standing[] {
  let granted = 0;
  return commits.flatMap(({ atMs, outcomes }) => {
    const won = outcomes.split('g').length - 1;
    granted += won;
    return won > 0 ? [{ atMs, granted }] : [];
  });
}

/** For each frame that tells of a commit, how old the newest commit is that it tells of. */
export function frameAgesMs(commits: readonly Commit[], frames: readonly Frame[]): number[] {
  const atMsByGranted = new Map(standings(commits).map(({ granted, atMs }) => [granted, atMs]));
  return frames.flatMap(({ granted, receivedAtMs }) => {
    const atMs = atMsByGranted.get(granted);
    return atMs === undefined ? [] : [receivedAtMs - atMs];
  });
}

/** For each commit and each of these sockets, how long until the first frame that includes it. */
export function firstTellingsMs(commits: readonly Commit[], frames: readonly Frame[], sockets: number): number[] {
  const all = standings(commits);
  const tellings: number[] = [];
  const next = new Array<number>(sockets).fill(0);
  for (const { socket, granted, receivedAtMs } of frames) {
    let place = next[socket];
    if (place === undefined) continue;
    for (let commit = all[place]; commit !== undefined && commit.granted <= granted; commit = all[place]) {
      tellings.push(receivedAtMs - commit.atMs);
      place += 1;
    }
    next[socket] = place;
  }
  return tellings;
}

/** How long from a probe's commit to its answer. Probes without an answer, or with one that no commit knows, are left out. */
export function answerAgesMs(commits: readonly Commit[], probes: readonly Probe[]): number[] {
  const atMsByArrival = new Map<number, number>();
  for (const { atMs, firstArrival, outcomes } of commits)
    for (let place = 0; place < outcomes.length; place += 1) atMsByArrival.set(firstArrival + place, atMs);
  return probes.flatMap(({ arrival, answeredAtMs }) => {
    const atMs = atMsByArrival.get(arrival);
    return atMs === undefined || answeredAtMs === 0 ? [] : [answeredAtMs - atMs];
  });
}
