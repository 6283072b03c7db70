import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Replay } from './inbox.ts';
import { PersonalStream, personalPacket, type StreamSink } from './personal-stream.ts';

/** Two make a slice. */
const BODY = JSON.stringify({ type: 'grant', text: 'x'.repeat(2_500) });

/** The database's messages, and one gateway that reads them behind. */
class Shop {
  /** Whose each is: number 1 is the first. */
  readonly owners: ('mine' | 'other')[] = [];
  position = 0;
  readonly #replays: (() => void)[] = [];
  readonly asked: number[] = [];

  get head(): number {
    return this.owners.length;
  }

  after(cursor: number): number[] {
    return this.owners.flatMap((owner, place) => (owner === 'mine' && place + 1 > cursor ? [place + 1] : []));
  }

  /** The oldest question is read when this is called first, and answered when it is called again. */
  answer(): void {
    this.#replays[0]?.();
  }

  get isAsked(): boolean {
    return this.#replays.length > 0;
  }

  replay({ cursor }: { cursor: number }): Promise<Replay> {
    this.asked.push(cursor);
    return new Promise((resolve) => {
      let read: Replay | undefined;
      this.#replays.push(() => {
        if (read !== undefined) {
          this.#replays.shift();
          resolve(read);
        }
        read ??= {
          complete: cursor <= this.head,
          messages: this.after(cursor).map((number) => [number, BODY]),
          head: this.head,
        };
      });
    });
  }
}

class Client implements StreamSink {
  readonly cursors: number[] = [];
  readonly whenSent: (() => void)[] = [];
  beginnings: { cursor: string; resumed: boolean }[] = [];
  overruns = 0;
  slices = 0;
  stream: PersonalStream | undefined;

  connect(shop: Shop, cursor: number | undefined): void {
    this.stream?.end();
    this.stream = new PersonalStream(shop, this);
    this.stream.begin('mine', cursor);
  }

  began(cursor: string, resumed: boolean): void {
    this.beginnings.push({ cursor, resumed });
  }

  tell({ cursor }: { cursor: string | undefined }, whenSent?: () => void): void {
    this.cursors.push(Number(cursor));
    if (whenSent) this.whenSent.push(whenSent);
  }

  overrun(): void {
    this.overruns += 1;
  }

  drain(): void {
    if (this.whenSent.length > 0) this.slices += 1;
    this.whenSent.shift()?.();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

type Act = 'write mine' | 'write other' | 'read' | 'replay' | 'drain' | 'come back' | 'begin anew';
const ACTS: readonly Act[] = [
  ...(['write mine', 'write mine', 'write other', 'read', 'read', 'read', 'replay', 'replay', 'replay'] as const),
  ...(['drain', 'come back', 'begin anew'] as const),
];

describe('a person’s messages on a connection', () => {
  it('come once and in order, whatever is read and sent when, however often the connection breaks', async () => {
    let slices = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { maxLength: 120, size: 'max' }), async (acts) => {
        const shop = new Shop();
        const client = new Client();
        client.connect(shop, undefined);
        const read = (): void => {
          if (shop.position >= shop.head) return;
          shop.position += 1;
          if (shop.owners[shop.position - 1] === 'mine')
            client.stream?.take(shop.position, personalPacket(shop.position, BODY));
        };
        const last = () => client.cursors.at(-1) ?? 0;
        for (const act of acts) {
          if (act === 'write mine') shop.owners.push('mine');
          else if (act === 'write other') shop.owners.push('other');
          else if (act === 'read') read();
          else if (act === 'replay') shop.answer();
          else if (act === 'drain') client.drain();
          else if (act === 'come back') client.connect(shop, last());
          // On the same connection: somebody else's meanwhile.
          else client.stream?.begin('mine', last());
          if (act === 'replay') await turn();
          else await Promise.resolve();
          const cursor = client.stream?.cursor;
          // What is said to have been sent has been sent.
          if (cursor !== undefined) {
            expect(shop.after(last()).filter((number) => number <= Number(cursor))).toEqual([]);
          }
        }
        while (shop.isAsked) {
          shop.answer();
          await turn();
        }
        while (client.whenSent.length > 0) client.drain();
        slices += client.slices;
        while (shop.position < shop.head) read();
        expect(client.cursors).toEqual(shop.after(0));
        expect(client.stream?.heldBytes).toBe(0);
        expect(client.overruns).toBe(0);
      }),
      { numRuns: 300 },
    );
    expect(slices).toBeGreaterThan(100);
  });

  it('are replayed in slices, each when the last has left, and newer ones wait behind them', async () => {
    const shop = new Shop();
    const client = new Client();
    shop.owners.push('mine', 'mine', 'mine', 'mine', 'mine');
    client.connect(shop, 0);
    shop.answer();
    shop.answer();
    await turn();
    expect(client.cursors).toEqual([1, 2]);
    client.stream?.take(6, personalPacket(6, BODY));
    expect([client.cursors, client.stream?.cursor]).toEqual([[1, 2], '2']);
    expect(client.stream?.heldBytes).toBeGreaterThan(4 * BODY.length);
    client.drain();
    client.drain();
    expect([client.cursors, client.stream?.cursor]).toEqual([[1, 2, 3, 4, 5, 6], '6']);
  });

  it('that are too many while nothing leaves end the connection', async () => {
    const shop = new Shop();
    const client = new Client();
    shop.owners.push('mine', 'mine', 'mine');
    client.connect(shop, 0);
    for (let number = 4; number <= 2_004; number += 1) client.stream?.take(number, personalPacket(number, '{}'));
    expect([client.overruns, client.stream?.heldBytes]).toEqual([1, 0]);
  });

  it('are asked for one beginning at a time, and of those that wait only the last', async () => {
    const shop = new Shop();
    const client = new Client();
    for (let count = 0; count < 9; count += 1) shop.owners.push('mine');
    client.connect(shop, 0);
    for (let cursor = 1; cursor < 9; cursor += 1) {
      client.stream?.end();
      client.stream?.begin('mine', cursor);
    }
    expect(shop.asked).toEqual([0]);
    while (shop.isAsked) {
      shop.answer();
      await turn();
    }
    expect(shop.asked).toEqual([0, 8]);
    expect([client.beginnings, client.cursors]).toEqual([[{ cursor: '8', resumed: true }], [9]]);
  });

  it('that cannot all be replayed go on from now', async () => {
    const shop = new Shop();
    const client = new Client();
    shop.owners.push('mine', 'mine');
    client.connect(shop, 99);
    client.stream?.take(2, personalPacket(2, '{}'));
    shop.answer();
    shop.answer();
    await turn();
    expect(client.beginnings).toEqual([{ cursor: '2', resumed: false }]);
    client.stream?.take(3, personalPacket(3, '{}'));
    expect(client.cursors).toEqual([3]);
  });

  it('go on from the gateway’s position when the database is away', async () => {
    const client = new Client();
    const shop = Object.assign(new Shop(), { position: 7, replay: () => Promise.reject(new Error('away')) });
    client.connect(shop, 5);
    await turn();
    expect(client.beginnings).toEqual([{ cursor: '7', resumed: false }]);
  });
});
