/**
 * The queue of claims as a Kafka topic: `claims`, keyed by drop, so that the claims on a drop stand in one partition in their order.
 *
 * Writing: one record per gateway, drop and few milliseconds; acknowledged by all replicas in sync.
 *
 * Reading, a life:
 *
 *   away ──connect, join the group──> reading ──any error, or the stream ends──> away (and after a moment again)
 *                                       │  │ └── told to read again ──> away
 *                                       │  └── the group's offset is beyond where the ledger is: moved back ──> away
 *                                       └── the group rebalances ──> reading other partitions, from the committed offsets
 *
 * Offsets are committed to Kafka lazily, after the ledger's commit, for the lag that tools show and as the place to start from. What counts is the position in
 * the ledger's database: see sequencer.ts. When partitions are assigned the two are compared.
 */
import { Admin, Consumer, type Message, ProduceAcks, Producer } from '@platformatic/kafka';
import type { ClaimQueue, DeliveryReader, QueuedClaims } from '../claims/claim-queue.ts';
import { clientOptions, createTopic, type KafkaOptions, REQUEST_TIMEOUT_MS } from './kafka-connection.ts';
import { withinTime } from './time-limit.ts';

type Stream = Awaited<ReturnType<Consumer['consume']>>;

const LAG_EVERY_MS = 997;
const COMMIT_EVERY_MS = 223;
const READ_AGAIN_AFTER_MS = { first: 100, most: 2_000 } as const;
const FETCH_WAIT_MS = 1_000;
const CLOSE_WITHIN_MS = 2_000;
const COMPARE_AGAIN_AFTER_MS = 1_000;
/** A broker that is slower than its own time-out allows. */
const PUT_WITHIN_MS = 2_500;
const [EARLIEST, LATEST] = [-2n, -1n];

/** A claim that is older than this is nobody's any more. */
const TOPIC_CONFIGS = { 'retention.ms': String(24 * 60 * 60 * 1000), 'cleanup.policy': 'delete' };

type RawMessage = Message<Buffer, Buffer, Buffer, Buffer>;

export interface KafkaClaimQueueOptions extends KafkaOptions {
  /** A sequencer that is silent for so long has lost its partitions to the others. */
  readonly sessionTimeoutMs: number;
  readonly onError: (error: unknown, doing: string) => void;
}

export class KafkaClaimQueue implements ClaimQueue {
  readonly #options: KafkaClaimQueueOptions;
  readonly #topic: string;
  readonly #group: string;
  readonly #producer: Producer;
  readonly #admin: Admin;
  readonly #stopping = new AbortController();
  /** Resolves with true when the topic is there; with false when the queue is closed first. */
  readonly ready: Promise<boolean>;
  #lag: number | undefined;
  #lagByPartition = new Map<number, number>();
  #lagTimer: NodeJS.Timeout;
  #reading: Promise<void> = Promise.resolve();
  #consumer: Consumer | undefined;
  /** Ends the present reading. */
  #readingOnce = new AbortController();
  /** What has been applied since the last commit. */
  readonly #applied = new Map<number, bigint>();

  constructor(options: KafkaClaimQueueOptions) {
    this.#options = options;
    this.#topic = `${options.prefix}claims`;
    this.#group = `${options.prefix}sequencers`;
    this.#producer = new Producer({ ...clientOptions(options), acks: ProduceAcks.ALL });
    this.#admin = new Admin(clientOptions(options));
    // A lost connection is reported where it was used; without a listener it would end the process.
    for (const client of [this.#producer, this.#admin]) client.on('error', () => {});
    this.ready = createTopic(options, { name: this.#topic, configs: TOPIC_CONFIGS }, this.#stopping.signal);
    this.#lagTimer = setInterval(() => void this.#measureLag(), LAG_EVERY_MS).unref();
  }

  get lag(): number | undefined {
    return this.#lag;
  }

  /** Records that wait, by partition: for the metrics. */
  get lagByPartition(): ReadonlyMap<number, number> {
    return this.#lagByPartition;
  }

  async put(records: readonly QueuedClaims[]): Promise<void> {
    const messages = records.map(({ from, dropId, claims }) => ({
      topic: this.#topic,
      key: Buffer.from(dropId),
      value: Buffer.from(
        JSON.stringify({ from, dropId, claims: claims.map(({ userId, requestId }) => [userId, requestId]) }),
      ),
    }));
    await withinTime(PUT_WITHIN_MS, this.#producer.send({ messages }));
  }

  async earliest(partition: number): Promise<bigint> {
    const [topic] = await this.#admin.listOffsets({
      topics: [{ name: this.#topic, partitions: [{ partitionIndex: partition, timestamp: EARLIEST }] }],
    });
    return topic?.partitions[0]?.offset ?? 0n;
  }

  async read(reader: DeliveryReader): Promise<void> {
    this.#reading = this.#readUntilClosed(reader);
    await Promise.resolve();
  }

  applied(partition: number, offset: bigint): void {
    this.#applied.set(partition, offset);
  }

  readAgain(partition: number, offset: bigint): void {
    const [consumer, reading] = [this.#consumer, this.#readingOnce];
    if (consumer !== undefined) void this.#moveBack(consumer, new Map([[partition, offset]]), reading);
  }

  async probe(): Promise<void> {
    await this.#admin.metadata({ topics: [this.#topic], forceUpdate: true });
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#lagTimer);
    this.#readingOnce.abort();
    await this.#reading;
    await Promise.allSettled([this.#producer.close(true), this.#admin.close()]);
  }

  async #readUntilClosed(reader: DeliveryReader): Promise<void> {
    if (!(await this.ready)) return;
    let waitMs: number = READ_AGAIN_AFTER_MS.first;
    while (!this.#stopping.signal.aborted) {
      const startedMs = performance.now();
      this.#readingOnce = new AbortController();
      try {
        await this.#readOnce(reader, this.#readingOnce.signal);
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.#options.onError(error, 'reading the queue of claims');
      }
      if (this.#stopping.signal.aborted) return;
      reader.assigned([]);
      if (performance.now() - startedMs > READ_AGAIN_AFTER_MS.most) waitMs = READ_AGAIN_AFTER_MS.first;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waitMs = Math.min(2 * waitMs, READ_AGAIN_AFTER_MS.most);
    }
  }

  /** Until an error, the end of the stream, or a call of `readAgain`. */
  async #readOnce(reader: DeliveryReader, signal: AbortSignal): Promise<void> {
    const { sessionTimeoutMs } = this.#options;
    const consumer = new Consumer({
      ...clientOptions(this.#options),
      groupId: this.#group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 5),
      // Joining and fetching wait for others; they take longer than a request that does not.
      requestTimeout: sessionTimeoutMs + 2 * FETCH_WAIT_MS,
      timeout: sessionTimeoutMs + 2 * FETCH_WAIT_MS,
      minBytes: 1,
      maxWaitTime: FETCH_WAIT_MS,
      autocommit: false,
    });
    this.#consumer = consumer;
    this.#applied.clear();
    const commits = setInterval(() => void this.#commitApplied(consumer), COMMIT_EVERY_MS);
    const told = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    try {
      consumer.on('error', () => {});
      consumer.on('consumer:group:join', () => void this.#join(consumer, reader, this.#readingOnce));
      // Joining a group may take as long as its slowest member: not even that is waited for when we are told to end.
      await Promise.race([told, this.#readFrom(consumer, reader, signal)]);
    } finally {
      clearInterval(commits);
      await withinTime(CLOSE_WITHIN_MS, this.#commitApplied(consumer)).catch(() => {});
      await withinTime(CLOSE_WITHIN_MS, consumer.close(true)).catch(() => {});
    }
  }

  /** Tells the reader its partitions, and makes sure that none is read from beyond where the ledger is. */
  async #join(consumer: Consumer, reader: DeliveryReader, reading: AbortController): Promise<void> {
    const generation = consumer.generationId;
    this.#applied.clear();
    const partitions = this.#assignedTo(consumer);
    // In the very turn of the event: the first records come soon.
    if (!reading.signal.aborted) reader.assigned(partitions);
    while (!reading.signal.aborted && consumer.generationId === generation) {
      try {
        // In this order: what is committed after the look is not beyond a position that is looked at later.
        const topics = [{ topic: this.#topic, partitions }];
        const committed = (await consumer.listCommittedOffsets({ topics })).get(this.#topic) ?? [];
        const positions = await reader.positionsOf(await this.#topicId(consumer), partitions);
        const beyond = [...positions].filter(([partition, position]) => (committed[partition] ?? -1n) > position);
        if (beyond.length > 0) await this.#moveBack(consumer, new Map(beyond), reading);
        return;
      } catch (error) {
        if (reading.signal.aborted) return;
        this.#options.onError(error, 'comparing the queue with the ledger');
        await new Promise((resolve) => setTimeout(resolve, COMPARE_AGAIN_AFTER_MS));
      }
    }
  }

  /** Only a member of the group may move its offsets: so first that, then anew. */
  async #moveBack(consumer: Consumer, offsets: ReadonlyMap<number, bigint>, reading: AbortController): Promise<void> {
    try {
      for (const partition of offsets.keys()) this.#applied.delete(partition);
      await withinTime(REQUEST_TIMEOUT_MS, this.#commit(consumer, offsets));
    } catch (error) {
      this.#options.onError(error, 'moving the group back to where the ledger is');
    } finally {
      reading.abort();
    }
  }

  #assignedTo(consumer: Consumer): number[] {
    const assignments = consumer.assignments ?? [];
    return assignments.filter(({ topic }) => topic === this.#topic).flatMap(({ partitions }) => partitions);
  }

  async #topicId(consumer: Consumer): Promise<string> {
    const { topics } = await consumer.metadata({ topics: [this.#topic] });
    return topics.get(this.#topic)?.id ?? this.#topic;
  }

  async #readFrom(consumer: Consumer, reader: DeliveryReader, signal: AbortSignal): Promise<void> {
    const { stream, over } = await this.#open(consumer);
    const topicId = await this.#topicId(consumer);
    stream.on('data', (message: RawMessage) => {
      if (signal.aborted) return;
      const room = reader.deliver({
        topic: topicId,
        partition: message.partition,
        offset: message.offset,
        content: readRecord(message.value),
      });
      if (room === undefined) return;
      stream.pause();
      void room.then(() => stream.resume());
    });
    await over;
  }

  /** The stream is listened to in the very turn in which it is made: of a consumer that is being closed it fails in the next, and nobody would hear that. */
  #open(consumer: Consumer): Promise<{ stream: Stream; over: Promise<void> }> {
    return new Promise((resolve, reject) => {
      const options: Parameters<Consumer['consume']>[0] = {
        ...{ topics: [this.#topic], mode: 'committed', fallbackMode: 'earliest' },
      };
      consumer.consume(options, (error, stream) => {
        if (error || stream === undefined) return reject(error);
        const over = new Promise<void>((ended, failed) => stream.once('close', ended).on('error', failed));
        over.catch(() => {});
        resolve({ stream, over });
      });
    });
  }

  async #commitApplied(consumer: Consumer): Promise<void> {
    const offsets = new Map(this.#applied);
    this.#applied.clear();
    if (offsets.size === 0) return;
    // Refused after a rebalance: the partition is another's now, and so is the commit.
    await this.#commit(consumer, offsets).catch(() => {});
  }

  #commit(consumer: Consumer, offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const all = [...offsets].map(([partition, offset]) => ({ topic: this.#topic, partition, offset, leaderEpoch: -1 }));
    return consumer.commit({ offsets: all });
  }

  async #measureLag(): Promise<void> {
    try {
      this.#lagByPartition = await this.#readLag();
      this.#lag = [...this.#lagByPartition.values()].reduce((sum, each) => sum + each, 0);
    } catch {
      this.#lag = undefined;
      this.#lagByPartition = new Map();
    }
  }

  async #readLag(): Promise<Map<number, number>> {
    const metadata = await this.#admin.metadata({ topics: [this.#topic] });
    const count = metadata.topics.get(this.#topic)?.partitionsCount ?? 0;
    const indexes = Array.from({ length: count }, (_, index) => index);
    const at = (timestamp: bigint) => ({
      topics: [{ name: this.#topic, partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
    });
    const [ends, starts, groups] = await Promise.all([
      this.#admin.listOffsets(at(LATEST)),
      this.#admin.listOffsets(at(EARLIEST)),
      this.#admin.listConsumerGroupOffsets({
        groups: [{ groupId: this.#group, topics: [{ name: this.#topic, partitionIndexes: indexes }] }],
      }),
    ]);
    const committed = new Map(
      groups[0]?.topics[0]?.partitions.map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
    );
    const first = new Map(starts[0]?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
    return new Map(
      ends[0]?.partitions.map(({ partitionIndex, offset }) => {
        const done = committed.get(partitionIndex) ?? -1n;
        const from = done < 0n ? (first.get(partitionIndex) ?? 0n) : done;
        return [partitionIndex, Math.max(0, Number(offset - from))];
      }),
    );
  }
}

/** Undefined for what none of us has written. */
function readRecord(value: Buffer | undefined): QueuedClaims | undefined {
  try {
    const record = JSON.parse(value?.toString() ?? '') as { from: string; dropId: string; claims: [string, string][] };
    const claims = record.claims.map(([userId, requestId]) => ({ userId, requestId }));
    if (!/^\d{1,18}$/.test(record.dropId) || !claims.every(isClaim)) return undefined;
    return { from: record.from, dropId: record.dropId, claims };
  } catch {
    return undefined;
  }
}

function isClaim({ userId, requestId }: { userId: unknown; requestId: unknown }): boolean {
  return /^\d{1,18}$/.test(String(userId)) && typeof requestId === 'string';
}
