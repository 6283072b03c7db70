/**
 * The sequencer: takes all that waits in a partition of the queue as one delivery, lets the ledger decide it, and tells the outcomes.
 *
 * A partition's life in this process:
 *
 *   assigned ──a record──> deciding ──decided──> idle ──a record──> deciding …        while it decides, the next records gather
 *      │                      │
 *      │                      ├── the database fails: in doubt ──> the same delivery again, until it is known
 *      │                      └── the position is not the expected one ──> fenced off: another sequencer was faster, or an earlier try succeeded;
 *      │                                                              what it has decided is looked up and told, the rest is decided
 *      └── another process's ──> forgotten; a decision under way may end, and is fenced off if it comes too late
 *
 * Records before the expected position have been applied: they are delivered again after a crash between the commit and the telling. They are never decided
 * again, only looked up: a claim that was told `not_open` must not win by being repeated by us.
 *
 * Records after the expected position are not decided either: something before them is missing. After a rebalance that is what was fetched before it, and the
 * missing ones are delivered again; else we ask for that. Only what the queue itself has deleted is passed over. That the queue believes us further than we are, as
 * after the database was restored from a backup, is seen when a partition is assigned, also when no record comes.
 */
import type { BatchAnswer, ClaimRequest, DropBatch, Ledger } from '../ledger/ledger.ts';
import type { ClaimQueue, Delivery, DeliveryReader, QueuedClaims } from './claim-queue.ts';

const RETRY_MS = { first: 50, most: 1_000 } as const;
/** After a rebalance the missing records come within a moment. */
const MISSING_AFTER_MS = 3_000;

export interface SequencerParts {
  readonly queue: Pick<ClaimQueue, 'earliest' | 'applied' | 'readAgain'>;
  readonly ledger: Pick<Ledger, 'claimQueued' | 'positionOf' | 'answersTo'>;
  readonly batchMax: number;
  /** After each commit, drop by drop. */
  readonly onDecided: (dropId: string, answer: BatchAnswer, tookMs: number) => void;
  readonly onFailed: (partition: number, error: unknown, claims: number) => void;
  readonly onFencedOff: (partition: number, expected: bigint, position: bigint) => void;
  /** The outcomes of one record's claims, in their order; null: no such drop. */
  readonly tell: (record: QueuedClaims, outcomes: readonly (BatchAnswer['outcomes'][number] | null)[]) => void;
}

interface Partition {
  readonly number: number;
  waiting: Delivery[];
  deciding: boolean;
  /** The topic's id and the next offset, once they are known. */
  topic: string | undefined;
  expected: bigint;
  revoked: boolean;
  /** Set while records before those that came are missing. */
  missing: NodeJS.Timeout | undefined;
  onRoom: (() => void)[];
}

export class Sequencer implements DeliveryReader {
  readonly #parts: SequencerParts;
  #partitions = new Map<number, Partition>();
  #closed = false;
  #working = new Set<Promise<void>>();

  constructor(parts: SequencerParts) {
    this.#parts = parts;
  }

  assigned(partitions: readonly number[]): void {
    for (const [number, partition] of this.#partitions) {
      // Also those that stay: after a rebalance their records may come again.
      partition.revoked = true;
      clearTimeout(partition.missing);
      for (const resolve of partition.onRoom.splice(0)) resolve();
      this.#partitions.delete(number);
    }
    for (const number of partitions) {
      const unknown = { topic: undefined, expected: 0n, missing: undefined };
      this.#partitions.set(number, { ...unknown, number, waiting: [], deciding: false, revoked: false, onRoom: [] });
    }
  }

  async positionsOf(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> {
    const positions = partitions.map(async (number) => {
      return [number, await this.#parts.ledger.positionOf(topic, number)] as const;
    });
    return new Map(await Promise.all(positions));
  }

  /** Resolves at once while there is room for more, else when there is. */
  deliver(delivery: Delivery): Promise<void> | void {
    const partition = this.#partitions.get(delivery.partition);
    // Fetched before a rebalance: another process has this partition now.
    if (partition === undefined || this.#closed) return;
    partition.waiting.push(delivery);
    if (!partition.deciding) {
      partition.deciding = true;
      // Not at once: the rest of what was fetched joins.
      const work = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#decide(partition));
      this.#working.add(work);
      void work.finally(() => this.#working.delete(work));
    }
    if (partition.waiting.length >= this.#parts.batchMax)
      return new Promise((resolve) => partition.onRoom.push(resolve));
  }

  /** Takes no more; resolves when what is being decided is told. What waits is delivered again, to whoever reads next. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { missing } of this.#partitions.values()) clearTimeout(missing);
    await Promise.all(this.#working);
  }

  async #decide(partition: Partition): Promise<void> {
    let retryMs: number = RETRY_MS.first;
    while (partition.waiting.length > 0 && !partition.revoked && !this.#closed) {
      const count = this.#fitting(partition.waiting);
      try {
        const delivered = partition.waiting.slice(0, count);
        await this.#decideSome(partition, delivered);
        partition.waiting.splice(0, count);
        // Only as far as the ledger is, whatever was delivered.
        if (!partition.revoked && partition.topic !== undefined)
          this.#parts.queue.applied(partition.number, partition.expected);
        for (const resolve of partition.onRoom.splice(0)) resolve();
        retryMs = RETRY_MS.first;
      } catch (error) {
        this.#parts.onFailed(partition.number, error, count);
        // What became of it is not known: the position in the database tells.
        partition.topic = undefined;
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        retryMs = Math.min(2 * retryMs, RETRY_MS.most);
      }
    }
    partition.deciding = false;
  }

  /** As many records as fit into one transaction, and at least one. */
  #fitting(waiting: readonly Delivery[]): number {
    let claims = 0;
    for (const [place, { content }] of waiting.entries()) {
      claims += content?.claims.length ?? 0;
      if (claims > this.#parts.batchMax && place > 0) return place;
    }
    return waiting.length;
  }

  async #decideSome(partition: Partition, delivered: readonly Delivery[]): Promise<void> {
    let fresh = delivered;
    while (fresh.length > 0 && !partition.revoked) {
      fresh = await this.#next(partition, fresh);
      const [first, last] = [fresh[0], fresh.at(-1)];
      if (first === undefined || last === undefined) return;
      const batches = gather(fresh);
      const { expected } = partition;
      const startedMs = performance.now();
      const answer = await this.#parts.ledger.claimQueued(
        { topic: first.topic, partition: partition.number, expected, next: last.offset + 1n },
        batches,
      );
      if (answer.applied) {
        partition.expected = last.offset + 1n;
        this.#tell(fresh, batches, answer.answers, performance.now() - startedMs);
        return;
      }
      this.#parts.onFencedOff(partition.number, expected, answer.position);
      partition.expected = answer.position;
    }
  }

  /** Of what was delivered, the records that are next in the queue, one after the other. What has been applied already is answered from the ledger. */
  async #next(partition: Partition, delivered: readonly Delivery[]): Promise<readonly Delivery[]> {
    const first = delivered[0];
    if (first === undefined) return [];
    if (partition.topic !== first.topic) {
      partition.expected = await this.#parts.ledger.positionOf(first.topic, partition.number);
      partition.topic = first.topic;
    }
    let wanted = partition.expected;
    const next: Delivery[] = [];
    for (const delivery of delivered) {
      if (delivery.offset > wanted && next.length === 0) wanted = await this.#skipDeleted(partition, wanted);
      if (delivery.offset < wanted) await this.#answerAgain(delivery);
      else if (delivery.offset === wanted) {
        next.push(delivery);
        wanted += 1n;
      }
    }
    if (next.length > 0) {
      clearTimeout(partition.missing);
      partition.missing = undefined;
    } else if (delivered.some(({ offset }) => offset > wanted)) {
      partition.missing ??= setTimeout(() => this.#parts.queue.readAgain(partition.number, wanted), MISSING_AFTER_MS);
    }
    return next;
  }

  async #skipDeleted(partition: Partition, wanted: bigint): Promise<bigint> {
    const earliest = await this.#parts.queue.earliest(partition.number);
    return earliest > wanted ? earliest : wanted;
  }

  /** Claims without an answer were too early, or on no drop: whoever asked finds out by asking again. */
  async #answerAgain({ content }: Delivery): Promise<void> {
    if (content === undefined) return;
    const answers = await this.#parts.ledger.answersTo(content.dropId, content.claims);
    const known = content.claims.flatMap((claim, place) => (answers[place] ? [{ claim, answer: answers[place] }] : []));
    this.#parts.tell(
      { ...content, claims: known.map(({ claim }) => claim) },
      known.map(({ answer }) => answer),
    );
  }

  #tell(
    delivered: readonly Delivery[],
    batches: readonly DropBatch[],
    answers: readonly (BatchAnswer | undefined)[],
    tookMs: number,
  ): void {
    const read = new Map<string, { answer: BatchAnswer | undefined; next: number }>();
    for (const [place, { dropId }] of batches.entries()) {
      const answer = answers[place];
      read.set(dropId, { answer, next: 0 });
      if (answer !== undefined) this.#parts.onDecided(dropId, answer, tookMs);
    }
    for (const { content } of delivered) {
      const of = content && read.get(content.dropId);
      if (content === undefined || of === undefined) continue;
      this.#parts.tell(
        content,
        content.claims.map((_claim, place) => of.answer?.outcomes[of.next + place] ?? null),
      );
      of.next += content.claims.length;
    }
  }
}

/** All claims on each drop as one batch, in the order of the records. */
function gather(delivered: readonly Delivery[]): DropBatch[] {
  const requests = new Map<string, ClaimRequest[]>();
  for (const { content } of delivered) {
    if (content === undefined) continue;
    const known = requests.get(content.dropId);
    if (known === undefined) requests.set(content.dropId, [...content.claims]);
    else known.push(...content.claims);
  }
  return [...requests].map(([dropId, each]) => ({ dropId, requests: each }));
}
