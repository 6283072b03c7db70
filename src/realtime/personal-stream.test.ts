import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Replay } from './inbox.ts';
import { PersonalStream, personalPacket } from './personal-stream.ts';

/** The database's messages, and one gateway that reads them behind. */
class Shop {
  /** Whose each is: number 1 is the first. */
  readonly owners: ('mine' | 'other')[] = [];
  position = 0;
  readonly replays: (() => void)[] = [];

  get head(): number {
    return this.owners.length;
  }

  after(cursor: number): number[] {
    return this.owners.flatMap((owner, place) => (owner === 'mine' && place + 1 > cursor ? [place + 1] : []));
  }

  /** As of some moment between now and its answer, which comes later. */
  replay({ cursor }: { cursor: number }): Promise<Replay> {
    return new Promise((resolve) => {
      let read: Replay | undefined;
      this.replays.push(() => {
        if (read !== undefined) resolve(read);
        read ??= {
          complete: cursor <= this.head,
          messages: this.after(cursor).map((number) => [number, '{"type":"grant"}']),
          head: this.head,
        };
      });
    });
  }
}

class Client {
  readonly cursors: number[] = [];
  began: { cursor: string; resumed: boolean } | undefined;
  stream: PersonalStream | undefined;

  connect(shop: Shop, cursor: number | undefined): void {
    this.stream?.end();
    this.began = undefined;
    this.stream = new PersonalStream(shop, {
      began: (from, resumed) => {
        this.began = { cursor: from, resumed };
      },
      sendPacket: ({ cursor: number }) => this.cursors.push(Number(number)),
      overrun: () => {
        throw new Error('overrun');
      },
    });
    this.stream.begin('mine', cursor);
  }
}

type Act = 'write mine' | 'write other' | 'read' | 'replay' | 'come back';
const ACTS: readonly Act[] = ['write mine', 'write other', 'read', 'read', 'replay', 'replay', 'come back'];

describe('a person’s messages on a connection', () => {
  it('come once and in order, whatever is read when, however often the connection breaks', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...ACTS), { maxLength: 60 }), async (acts) => {
        const shop = new Shop();
        const client = new Client();
        client.connect(shop, undefined);
        const read = (): void => {
          if (shop.position >= shop.head) return;
          shop.position += 1;
          if (shop.owners[shop.position - 1] === 'mine')
            client.stream?.take(shop.position, personalPacket(shop.position, '{"type":"grant"}'));
        };
        for (const act of acts) {
          if (act === 'write mine') shop.owners.push('mine');
          else if (act === 'write other') shop.owners.push('other');
          else if (act === 'read') read();
          else if (act === 'replay') shop.replays[0]?.();
          else client.connect(shop, client.cursors.at(-1) ?? 0);
          await Promise.resolve();
          if (act === 'replay') await new Promise((resolve) => setImmediate(resolve));
          const cursor = client.stream?.cursor;
          // What is said to have been sent has been sent.
          if (cursor !== undefined) {
            expect(shop.after(client.cursors.at(-1) ?? 0).filter((number) => number <= Number(cursor))).toEqual([]);
          }
        }
        for (const replay of shop.replays) {
          replay();
          replay();
        }
        await new Promise((resolve) => setImmediate(resolve));
        while (shop.position < shop.head) read();
        expect(client.cursors).toEqual(shop.after(0));
      }),
      { numRuns: 300 },
    );
  });

  it('that cannot all be replayed go on from now', async () => {
    const shop = new Shop();
    const client = new Client();
    shop.owners.push('mine', 'mine');
    client.connect(shop, 99);
    client.stream?.take(2, personalPacket(2, '{}'));
    shop.replays[0]?.();
    shop.replays[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.began).toEqual({ cursor: '2', resumed: false });
    client.stream?.take(3, personalPacket(3, '{}'));
    expect(client.cursors).toEqual([3]);
  });

  it('go on from the gateway’s position when the database is away', async () => {
    const client = new Client();
    const shop = Object.assign(new Shop(), { position: 7, replay: () => Promise.reject(new Error('away')) });
    client.connect(shop, 5);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.began).toEqual({ cursor: '7', resumed: false });
  });
});
