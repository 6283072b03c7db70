import { describe, expect, it } from 'vitest';
import { forEachBounded, within } from './wait.ts';

const never = new AbortController().signal;

describe('many things, a few at a time', () => {
  it('does each once, and never more at once than allowed', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await forEachBounded([1, 2, 3, 4, 5, 6, 7], 3, never, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done.push(item);
    });
    expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('stops after a failure', async () => {
    const begun: number[] = [];
    const all = forEachBounded([1, 2, 3, 4, 5, 6], 1, never, async (item) => {
      begun.push(item);
      if (item === 2) throw new Error('no socket left');
    });
    await expect(all).rejects.toThrow('no socket left');
    expect(begun).toEqual([1, 2]);
  });

  it('stops when interrupted', async () => {
    await expect(forEachBounded([1], 1, AbortSignal.abort(new Error('interrupted')), async () => {})).rejects.toThrow(
      'interrupted',
    );
  });
});

describe('a bounded wait', () => {
  it('gives what was waited for', async () => {
    await expect(within(Promise.resolve(5), 1000, 'it', never)).resolves.toBe(5);
  });

  it('says what took too long', async () => {
    await expect(within(new Promise(() => {}), 5, 'opening the sockets', never)).rejects.toThrow(
      'opening the sockets took more than',
    );
  });

  it('ends when interrupted', async () => {
    await expect(within(new Promise(() => {}), 60_000, 'it', AbortSignal.abort())).rejects.toThrow('abort');
  });
});
