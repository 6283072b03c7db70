/** The queue in a real Kafka, where it and the ledger disagree, and where readers come and go. */
import { afterEach, describe, expect, it } from 'vitest';
import { KafkaClaimQueue } from '../../src/adapters/kafka-claim-queue.ts';
import type { Delivery, DeliveryReader } from '../../src/claims/claim-queue.ts';
import { freshTopicPrefix, hasKafka, kafkaBrokers } from '../servers/kafka.ts';

const patient = { interval: 20 };

/** Applies what it is given in order, from where its ledger stands. */
class Reader implements DeliveryReader {
  readonly heard: bigint[] = [];
  partitions: readonly number[] = [];
  position: bigint;
  readonly #queue: KafkaClaimQueue;

  constructor(queue: KafkaClaimQueue, position: bigint) {
    this.#queue = queue;
    this.position = position;
  }

  deliver({ partition, offset }: Delivery): void {
    this.heard.push(offset);
    if (offset === this.position) this.position += 1n;
    this.#queue.applied(partition, this.position);
  }

  assigned(partitions: readonly number[]): void {
    this.partitions = partitions;
  }

  async positionsOf(_topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    return new Map(partitions.map((partition) => [partition, this.position]));
  }
}

describe.skipIf(!hasKafka)('the queue of claims in Kafka', () => {
  const open: KafkaClaimQueue[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((queue) => queue.close()));
  });

  async function openQueue(prefix: string, partitions = 1): Promise<KafkaClaimQueue> {
    const queue = new KafkaClaimQueue({
      ...{ brokers: kafkaBrokers(), prefix, partitions, tls: false, credentials: null, sessionTimeoutMs: 6_000 },
      onError() {},
    });
    open.push(queue);
    await queue.ready;
    return queue;
  }

  const put = (queue: KafkaClaimQueue, count: number) =>
    queue.put(
      Array.from({ length: count }, (_, claim) => ({
        ...{ from: 'me', dropId: '7' },
        claims: [{ userId: '1', requestId: `request-${claim}` }],
      })),
    );
  const offsets = (from: number, to: number) => Array.from({ length: to - from }, (_, place) => BigInt(from + place));

  it('goes on where the last reader got to', async () => {
    const prefix = freshTopicPrefix();
    const first = await openQueue(prefix);
    await put(first, 5);
    const reader = new Reader(first, 0n);
    await first.read(reader);
    await expect.poll(() => reader.heard, patient).toEqual(offsets(0, 5));
    await expect.poll(() => first.lag, patient).toBe(0);
    await first.close();
    const second = await openQueue(prefix);
    await put(second, 2);
    const next = new Reader(second, 5n);
    await second.read(next);
    await expect.poll(() => next.heard, patient).toEqual(offsets(5, 7));
  });

  it('delivers again what the ledger has lost, also when nothing new comes', async () => {
    const prefix = freshTopicPrefix();
    const first = await openQueue(prefix);
    await put(first, 10);
    const reader = new Reader(first, 0n);
    await first.read(reader);
    await expect.poll(() => first.lag, patient).toBe(0);
    await first.close();
    const second = await openQueue(prefix);
    const restored = new Reader(second, 4n);
    await second.read(restored);
    await expect.poll(() => restored.heard, patient).toEqual(offsets(4, 10));
    expect(restored.position).toBe(10n);
  });

  it('reads again from where it is told, and keeps no offset beyond that', async () => {
    const queue = await openQueue(freshTopicPrefix());
    await put(queue, 6);
    const reader = new Reader(queue, 0n);
    await queue.read(reader);
    await expect.poll(() => queue.lag, patient).toBe(0);
    reader.heard.length = 0;
    reader.position = 2n;
    queue.readAgain(0, 2n);
    await expect.poll(() => reader.heard, patient).toEqual(offsets(2, 6));
  });

  it('shares its partitions among readers, and gives them to those who stay', async () => {
    const prefix = freshTopicPrefix();
    const [one, other] = await Promise.all([openQueue(prefix, 4), openQueue(prefix, 4)]);
    const readers = [new Reader(one, 0n), new Reader(other, 0n)] as const;
    await one.read(readers[0]);
    await expect.poll(() => readers[0].partitions.length, patient).toBe(4);
    await other.read(readers[1]);
    await expect.poll(() => readers.map(({ partitions }) => partitions.length), patient).toEqual([2, 2]);
    await one.close();
    await expect.poll(() => readers[1].partitions.length, patient).toBe(4);
  });
});
