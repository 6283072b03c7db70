import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type BatchAnswer,
  type ClaimRequest,
  type DropBatch,
  nothingDecided,
  type QueuePosition,
} from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { Delivery } from './claim-queue.ts';
import { Sequencer } from './sequencer.ts';

const requestOf = (name: string): ClaimRequest => ({ userId: name, requestId: `request-${name}` });

/** A ledger that sells without end, keeps the queue's position, and decides a request once. */
class FakeLedger {
  position = 0n;
  readonly decided: string[] = [];
  failures = 0;
  /** Whether the failures come after the commit: the worst of them. */
  commitBeforeFailing = false;
  readonly #answers = new Map<string, Outcome>();

  async positionOf(): Promise<bigint> {
    return this.position;
  }

  async claimQueued({ expected, next }: QueuePosition, batches: readonly DropBatch[]) {
    const fails = this.failures > 0;
    if (fails) this.failures -= 1;
    if (fails && !this.commitBeforeFailing) throw new Error('the database is away');
    if (expected !== this.position) return { applied: false as const, position: this.position };
    this.position = next;
    const answers = batches.map(({ dropId, requests }) => this.#decide(dropId, requests));
    if (fails) throw new Error('the database went away after the commit');
    return { applied: true as const, answers };
  }

  async answersTo(_dropId: string, requests: readonly ClaimRequest[]) {
    return requests.map(({ requestId }) => this.#answers.get(requestId));
  }

  #decide(dropId: string, requests: readonly ClaimRequest[]): BatchAnswer {
    const outcomes = requests.map(({ requestId, userId }): Outcome => {
      this.decided.push(userId);
      const outcome = { outcome: 'sold_out' as const, dropId, requestId, arrival: this.decided.length };
      this.#answers.set(requestId, outcome);
      return outcome;
    });
    const standing = { entries: 1, opensAtMs: 0, closesAtMs: null, cancelled: false, waiting: 0, granted: 0, stock: 0 };
    return {
      outcomes,
      standing: { ...standing, lastGrantedArrival: null },
      taken: requests,
      decided: nothingDecided(),
    };
  }
}

describe('the sequencer', () => {
  let ledger: FakeLedger;
  let told: string[];
  let done: bigint[];
  let fencedOff: bigint[];
  let rereads: [number, bigint][];
  let earliest: bigint;

  beforeEach(() => {
    vi.useFakeTimers();
    ledger = new FakeLedger();
    told = [];
    done = [];
    fencedOff = [];
    rereads = [];
    earliest = 0n;
  });
  afterEach(() => void vi.useRealTimers());

  function sequencer(batchMax = 1000): Sequencer {
    const created = new Sequencer({
      queue: {
        earliest: async () => earliest,
        applied: (_partition, offset) => done.push(offset),
        readAgain(partition, offset) {
          rereads.push([partition, offset]);
        },
      },
      ledger,
      batchMax,
      onDecided() {},
      onFailed() {},
      onFencedOff: (_partition, _expected, position) => fencedOff.push(position),
      tell({ from }, outcomes) {
        for (const outcome of outcomes)
          told.push(`${from} ${outcome?.requestId} ${outcome && 'arrival' in outcome ? outcome.arrival : '-'}`);
      },
    });
    created.assigned([0]);
    return created;
  }

  function record(offset: number, names: string[], { dropId = '7', from = 'gateway' } = {}): Delivery {
    const content = { from, dropId, claims: names.map(requestOf) };
    return { topic: 'topic', partition: 0, offset: BigInt(offset), content };
  }

  const settled = () => vi.advanceTimersByTimeAsync(500);

  it('decides all that waits as one delivery, and tells each gateway its own', async () => {
    const one = sequencer();
    void one.deliver(record(0, ['alice', 'bob'], { from: 'gateway-1' }));
    void one.deliver(record(1, ['carol'], { from: 'gateway-2' }));
    await settled();
    expect(ledger.decided).toEqual(['alice', 'bob', 'carol']);
    expect(told).toEqual(['gateway-1 request-alice 1', 'gateway-1 request-bob 2', 'gateway-2 request-carol 3']);
    expect([ledger.position, done]).toEqual([2n, [2n]]);
  });

  it('gives way where the first record that does not fit begins', async () => {
    const one = sequencer(2);
    const room = [record(0, ['a', 'b', 'c']), record(1, ['d']), record(2, ['e'])].map((each) => one.deliver(each));
    await settled();
    await Promise.all(room);
    expect([ledger.decided, done]).toEqual([
      ['a', 'b', 'c', 'd', 'e'],
      [1n, 3n],
    ]);
  });

  it('tells what was committed and never told, once it is delivered again: killed between commit and telling', async () => {
    await ledger.claimQueued({ topic: 'topic', partition: 0, expected: 0n, next: 1n }, [
      { dropId: '7', requests: [requestOf('alice')] },
    ]);
    const next = sequencer();
    void next.deliver(record(0, ['alice']));
    void next.deliver(record(1, ['bob']));
    await settled();
    expect(ledger.decided).toEqual(['alice', 'bob']);
    expect(told).toEqual(['gateway request-alice 1', 'gateway request-bob 2']);
  });

  it.each([false, true])('tries a delivery in doubt until it is known (committed: %s)', async (committed) => {
    ledger.failures = 2;
    ledger.commitBeforeFailing = committed;
    const one = sequencer();
    void one.deliver(record(0, ['alice', 'bob']));
    await settled();
    expect(ledger.decided).toEqual(['alice', 'bob']);
    expect(told).toEqual(['gateway request-alice 1', 'gateway request-bob 2']);
  });

  it('is fenced off when another one was faster, and tells the same answers', async () => {
    const [slow, fast] = [sequencer(), sequencer()];
    void slow.deliver(record(0, ['alice']));
    await settled();
    void fast.deliver(record(1, ['bob']));
    await settled();
    told = [];
    void slow.deliver(record(1, ['bob']));
    void slow.deliver(record(2, ['carol']));
    await settled();
    expect(fencedOff).toEqual([2n]);
    expect(ledger.decided).toEqual(['alice', 'bob', 'carol']);
    expect(told).toEqual(['gateway request-bob 2', 'gateway request-carol 3']);
  });

  it('decides nothing while something before it is missing, and asks for it', async () => {
    const one = sequencer();
    void one.deliver(record(3, ['dave']));
    await settled();
    expect([ledger.decided, done]).toEqual([[], [0n]]);
    for (const offset of [0, 1, 2, 3]) void one.deliver(record(offset, [`user-${offset}`]));
    await settled();
    expect(ledger.decided).toEqual(['user-0', 'user-1', 'user-2', 'user-3']);
    void one.deliver(record(9, ['late']));
    await settled();
    expect(rereads).toEqual([]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(rereads).toEqual([[0, 4n]]);
    expect(ledger.decided).toHaveLength(4);
  });

  it('passes over what the queue has deleted, and what it cannot read', async () => {
    earliest = 5n;
    const one = sequencer();
    void one.deliver({ ...record(5, []), content: undefined });
    void one.deliver(record(6, ['alice']));
    await settled();
    expect([ledger.decided, ledger.position]).toEqual([['alice'], 7n]);
  });

  it('says where it has to be read from', async () => {
    ledger.position = 41n;
    expect(await sequencer().positionsOf('topic', [3])).toEqual(new Map([[3, 41n]]));
  });

  it('ignores partitions that are not its own', async () => {
    const one = sequencer();
    one.assigned([4]);
    void one.deliver(record(0, ['alice']));
    await settled();
    expect(ledger.decided).toEqual([]);
  });
});
