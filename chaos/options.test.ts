import { describe, expect, it } from 'vitest';
import { readOptions } from './options.ts';

describe('the options', () => {
  it.each([
    ['', { seeds: [1], quick: false, baseline: null }],
    ['--seed 7', { scenarios: ['all'], seeds: [7] }],
    ['--seeds 3', { scenarios: ['all'], seeds: [1, 2, 3] }],
    [
      '--only redis-flush,duplicates --seed 2 --quick',
      { scenarios: ['redis-flush', 'duplicates'], seeds: [2], quick: true },
    ],
    ['--baseline redis-script', { baseline: 'redis-script' }],
  ])('%s', (line, wanted) => {
    expect(readOptions(line.split(' ').filter(Boolean))).toMatchObject(wanted);
  });

  it.each(['--seed 0', '--seeds many', '--seed 1 --seeds 2', '--only nothing', '--baseline ours'])(
    'refuses %s',
    (line) => {
      expect(() => readOptions(line.split(' '))).toThrow();
    },
  );
});
