import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Queryable } from '../database/database.ts';
import { SecondsWriter } from './sale-seconds.ts';
import { Tally } from './tally.ts';

const START_MS = 1_800_000_000_000;

describe('the writer of seconds', () => {
  let tally: Tally;
  let writer: SecondsWriter;
  /** The seconds of each statement that was run. */
  let statements: number[][];
  let lost: number;
  let answer: () => Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers({ now: START_MS });
    tally = new Tally();
    [statements, lost, answer] = [[], 0, async () => {}];
    const database = {
      async query(_text: string, parameters: readonly unknown[]) {
        statements.push((parameters[1] as number[]).map((second) => second - START_MS / 1000));
        await answer();
        return [];
      },
    } as unknown as Queryable;
    writer = new SecondsWriter({
      ...{ tally, database, process: 'gateway', nowMs: Date.now },
      onLost() {
        lost += 1;
      },
    });
    writer.start();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const press = (dropId = '7') => tally.atGate(dropId, 'sold_out', Date.now());
  async function pressedSeconds(count: number): Promise<void> {
    for (let second = 0; second < count; second += 1) {
      press();
      await vi.advanceTimersByTimeAsync(1_000);
    }
  }

  it('writes each second once, after its end, and nothing when nothing was counted', async () => {
    press();
    press('8');
    await vi.advanceTimersByTimeAsync(999);
    expect(statements).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(statements).toEqual([[0, 0]]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(statements).toHaveLength(1);
    press();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(statements).toEqual([[0, 0], [11]]);
  });

  it('keeps what it could not write, and writes all of it at once', async () => {
    answer = () => Promise.reject(new Error('away'));
    await pressedSeconds(5);
    answer = async () => {};
    await vi.advanceTimersByTimeAsync(1_100);
    expect(statements.at(-1)).toEqual([0, 1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(statements.filter((seconds) => seconds.includes(4))).toHaveLength(1);
    expect(lost).toBe(0);
  });

  it('keeps two minutes of it, and says once that the rest is forgotten', async () => {
    answer = () => Promise.reject(new Error('away'));
    await pressedSeconds(150);
    expect(lost).toBe(1);
    answer = async () => {};
    await vi.advanceTimersByTimeAsync(1_100);
    const written = statements.at(-1) ?? [];
    expect(written).toEqual(Array.from({ length: 121 }, (_, place) => 29 + place));
    answer = () => Promise.reject(new Error('away again'));
    await pressedSeconds(150);
    expect(lost).toBe(2);
  });

  it('has one statement under way, and loses nothing that was counted meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = () => promise;
    await pressedSeconds(4);
    expect(statements).toEqual([[0]]);
    resolve();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(statements.flat()).toEqual([0, 1, 2, 3]);
  });

  it('writes the last second when it is stopped, after what is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = () => promise;
    await pressedSeconds(2);
    press();
    const stopped = writer.stop();
    resolve();
    await stopped;
    expect(statements).toEqual([[0], [1, 2]]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(statements).toHaveLength(2);
  });

  it('writes in parts what is more than a statement should hold', async () => {
    for (let drop = 1; drop <= 2_500; drop += 1) press(String(drop));
    await vi.advanceTimersByTimeAsync(1_100);
    expect(statements.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });
});
