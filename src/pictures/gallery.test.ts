import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Queryable } from '../database/database.ts';
import { Gallery } from './gallery.ts';
import type { Picture } from './picture.ts';

const picture = (length: number): Picture => ({ type: 'image/png', bytes: Buffer.alloc(length) });

const stored = ({ type, bytes }: Picture) => ({ type, base64: bytes.toString('base64') });

/** Has these pictures, and answers when it is told to. */
class SlowDatabase {
  readonly asked: string[] = [];
  readonly #pictures: ReadonlyMap<string, Picture>;
  readonly #answers: ((error?: Error) => void)[] = [];

  constructor(pictures: Record<string, Picture>) {
    this.#pictures = new Map(Object.entries(pictures));
  }

  get queryable(): Queryable {
    return {
      query: (_text, [name] = []) => {
        this.asked.push(String(name));
        const found = this.#pictures.get(String(name));
        return new Promise((resolve, reject) => {
          this.#answers.push((error) => (error ? reject(error) : resolve((found ? [stored(found)] : []) as never)));
        });
      },
      execute: async () => {},
    };
  }

  async answer(error?: Error): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer(error);
    await vi.advanceTimersByTimeAsync(0);
  }
}

const free = async (): Promise<void> => {};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a gallery', () => {
  it('asks once for all who want the same picture, and never again', async () => {
    const database = new SlowDatabase({ kettle: picture(10) });
    const gallery = new Gallery(database.queryable);
    const visitors = Array.from({ length: 1_000 }, () => gallery.load('kettle', free));
    await vi.advanceTimersByTimeAsync(0);
    expect(gallery.known('kettle')).toBeUndefined();
    await database.answer();
    const seen = await Promise.all(visitors);
    expect(new Set(seen.map((each) => each?.bytes.length))).toEqual(new Set([10]));
    expect((await gallery.load('kettle', () => Promise.reject(new Error('nobody is asked'))))?.bytes.length).toBe(10);
    expect(database.asked).toEqual(['kettle']);
  });

  it('counts who makes it ask, and nobody else', async () => {
    const database = new SlowDatabase({ kettle: picture(10) });
    const gallery = new Gallery(database.queryable);
    const refuse = () => Promise.reject(new Error('too many'));
    await expect(gallery.load('kettle', refuse)).rejects.toThrow('too many');
    expect(database.asked).toEqual([]);
    const first = gallery.load('kettle', free);
    await vi.advanceTimersByTimeAsync(0);
    const second = gallery.load('kettle', refuse);
    await database.answer();
    expect(await first).toEqual(await second);
  });

  it('knows for a moment what there is not', async () => {
    const database = new SlowDatabase({});
    const gallery = new Gallery(database.queryable);
    const look = async () => {
      const looking = gallery.load('nothing', free);
      await vi.advanceTimersByTimeAsync(0);
      await database.answer();
      return looking;
    };
    expect([await look(), await look()]).toEqual([undefined, undefined]);
    expect(database.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(await look()).toBeUndefined();
    expect(database.asked).toHaveLength(2);
    // Put in here, it is there at once.
    gallery.put('nothing', picture(1));
    expect((await look())?.bytes.length).toBe(1);
  });

  it('remembers no failure', async () => {
    const database = new SlowDatabase({ kettle: picture(10) });
    const gallery = new Gallery(database.queryable);
    const failed = gallery.load('kettle', free);
    failed.catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    await database.answer(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    const again = gallery.load('kettle', free);
    await vi.advanceTimersByTimeAsync(0);
    await database.answer();
    expect((await again)?.bytes.length).toBe(10);
  });

  it('lets go of those looked at longest ago when they are too much', () => {
    const gallery = new Gallery(new SlowDatabase({}).queryable, 100);
    gallery.put('a', picture(40));
    gallery.put('b', picture(40));
    expect(gallery.known('a')).toBeDefined();
    gallery.put('c', picture(40));
    const known = () => ['a', 'b', 'c', 'd'].filter((name) => gallery.known(name) !== undefined);
    expect(known()).toEqual(['a', 'c']);
    // Twice is not twice as much.
    gallery.put('c', picture(40));
    gallery.put('c', picture(40));
    expect(known()).toEqual(['a', 'c']);
    // One that is larger than all together is not kept, and nothing else either: its owner sees it from the database.
    gallery.put('d', picture(101));
    expect(known()).toEqual([]);
    gallery.put('a', picture(100));
    expect(known()).toEqual(['a']);
  });
});
