import { describe, expect, it } from 'vitest';
import { relayProblem } from './relayed.ts';

const topic = (...numbers: number[]) => numbers.map((number) => ({ number }));

describe('a relayed log', () => {
  it.each([
    ['complete', topic(1, 2, 3), undefined],
    ['with repeats, as after a crash', topic(1, 2, 1, 2, 3, 2), undefined],
    ['with a gap', topic(1, 3), 'the topic goes on with entry 3 after entry 1'],
    ['out of order', topic(2, 1, 3), 'the topic goes on with entry 2 after entry 0'],
    ['cut short', topic(1, 2), 'the topic ends with entry 2, the log with 3'],
  ])('%s', (_what, entries, problem) => {
    expect(relayProblem(entries, 3)).toBe(problem);
  });
});
