import { expect, it } from 'vitest';
import { answerAgesMs, firstTellingsMs, frameAgesMs } from './fan-out.ts';

/** Two units, then one beside a refusal, then only refusals. */
const commits = [
  { atMs: 100, firstArrival: 1, outcomes: 'gg' },
  { atMs: 110, firstArrival: 3, outcomes: 'gl' },
  { atMs: 120, firstArrival: 5, outcomes: 'll' },
];
const frames = [
  { socket: 0, receivedAtMs: 90, granted: 0 },
  { socket: 0, receivedAtMs: 105, granted: 2 },
  { socket: 1, receivedAtMs: 116, granted: 3 },
  { socket: 0, receivedAtMs: 117, granted: 3 },
];

it('finds the newest commit that each frame tells of', () => {
  expect(frameAgesMs(commits, frames)).toEqual([5, 6, 7]);
});

it('finds the first frame that includes each commit, socket by socket', () => {
  expect(firstTellingsMs(commits, frames, 2)).toEqual([5, 16, 6, 7]);
  expect(firstTellingsMs(commits, frames, 1)).toEqual([5, 7]);
});

it('finds the commit of each answer', () => {
  const probe = (arrival: number, answeredAtMs: number) => ({ sentAtMs: 0, answeredAtMs, arrival });
  expect(answerAgesMs(commits, [probe(4, 113), probe(2, 104), probe(5, 0), probe(99, 130)])).toEqual([3, 4]);
});
