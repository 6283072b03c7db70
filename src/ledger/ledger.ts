/**
 * The ledger: decides, remembers, and tells what it has decided. Everything it says is committed.
 *
 * The decision itself is `claim.sql`, one statement on a batch. This file is its shape in TypeScript: it folds repeats within a batch, gives each claim a
 * fresh code, and turns the compact answer into outcomes.
 */
import type { Database, Queryable } from '../database/database.ts';
import { withFreshCodes } from './fresh-codes.ts';
import { type Granted, grantIdOf, type NotOpen, type Outcome, type Refused } from './outcome.ts';
import { type DropStanding, isoTime, readStanding, type StandingReply } from './standing.ts';

export type { DropStanding };

export interface ClaimRequest {
  readonly userId: string;
  readonly requestId: string;
}

export interface BatchAnswer {
  /** In the order of the requests. */
  readonly outcomes: readonly Outcome[];
  readonly standing: DropStanding;
  /** The claims that this batch added to the log, as entry number `standing.entries`. None: repeats and claims before the opening leave no entry. */
  readonly taken: readonly ClaimRequest[];
  readonly decided: Decided;
}

/** How many claims a commit decided, by outcome. Each unit is granted by one commit: what was known before is not among them. */
export interface Decided {
  granted: number;
  soldOut: number;
  limitReached: number;
  closed: number;
  notOpen: number;
}

/** The claims on one drop, of those that the queue delivered. */
export interface DropBatch {
  readonly dropId: string;
  readonly requests: readonly ClaimRequest[];
}

/** Where in the queue a delivery stands. Offsets are 64-bit numbers: as text here, as Kafka counts them. */
export interface QueuePosition {
  /** The topic's id. */
  readonly topic: string;
  readonly partition: number;
  /** What the caller believes to be the next offset. */
  readonly expected: bigint;
  /** The offset after its last record. */
  readonly next: bigint;
}

export type QueuedAnswer =
  | { readonly applied: true; readonly answers: readonly (BatchAnswer | undefined)[] }
  /** Another process has moved on: nothing was decided. */
  | { readonly applied: false; readonly position: bigint };

interface KnownAnswer {
  outcome: Outcome['outcome'];
  arrival: number;
  serial: number | null;
  code: string | null;
  validUntil: string | null;
  holdUntil: string | null;
}

/** What `claim.sql` returns. */
export interface ClaimReply extends StandingReply {
  now: string;
  kind: 'coupon' | 'product';
  firstArrival: number;
  firstSerial: number;
  validUntil: string | null;
  holdUntil: string | null;
  outcomes: string;
  known: KnownAnswer[];
}

const CLAIM = 'select claim($1, $2, $3, $4)::text as reply';

const CLAIM_QUEUED = 'select claim_queued($1, $2, $3, $4, $5, $6, $7, $8, $9)::text as reply';

/** The first reader of a partition starts its count. */
const POSITION = `
  with started as (
    insert into intake_positions (topic, partition, next_offset) values ($1, $2, 0) on conflict do nothing returning next_offset)
  select next_offset from started
  union all select next_offset from intake_positions where topic = $1 and partition = $2`;

const ANSWERS_TO = `
  select r.position, known_answer(c.drop_id, c.arrival, c.user_id, c.request_id)::text as answer
  from unnest($2::bigint[], $3::text[]) with ordinality as r (user_id, request_id, position)
  join claims c on c.drop_id = $1 and c.user_id = r.user_id and c.request_id = r.request_id`;

export class Ledger {
  readonly #database: Queryable;
  /** For looking up: thousands who ask again must not stand before those who are decided. */
  readonly #ordinaryLane: Pick<Queryable, 'query'>;
  readonly #newCode: () => string;

  constructor(database: Pick<Database, 'query' | 'expressLane'>, newCode: () => string) {
    this.#database = database.expressLane;
    this.#ordinaryLane = database;
    this.#newCode = newCode;
  }

  /**
   * Decides a batch in the given order, in one transaction. Repeats of a request get its first answer, also within the batch.
   * Returns undefined for an unknown drop. Throws when the database fails: the batch is then in doubt, and the same requests may be sent again.
   */
  async claim(dropId: string, requests: readonly ClaimRequest[]): Promise<BatchAnswer | undefined> {
    const folded = fold(requests);
    return withFreshCodes(this.#newCode, folded.unique.length, async (codes) => {
      const { userIds, requestIds } = columns([folded]);
      const [row] = await this.#database.query<{ reply: string | null }>(CLAIM, [dropId, userIds, requestIds, codes]);
      return row?.reply ? readAnswer(dropId, folded, codes, JSON.parse(row.reply) as ClaimReply) : undefined;
    });
  }

  /**
   * Decides what the queue has delivered, batch after batch, in one transaction with the queue's position; or nothing, when the position is not the expected
   * one. Throws when the database fails: then it is in doubt, and the same delivery may be tried again with the same position.
   */
  async claimQueued(position: QueuePosition, batches: readonly DropBatch[]): Promise<QueuedAnswer> {
    const folded = batches.map(({ requests }) => fold(requests));
    const claims = folded.reduce((sum, { unique }) => sum + unique.length, 0);
    return withFreshCodes(this.#newCode, claims, async (codes) => {
      const { userIds, requestIds } = columns(folded);
      const [row] = await this.#database.query<{ reply: string }>(CLAIM_QUEUED, [
        ...[position.topic, position.partition, String(position.expected), String(position.next)],
        ...[batches.map(({ dropId }) => dropId), folded.map(({ unique }) => unique.length), userIds, requestIds, codes],
      ]);
      const reply = JSON.parse(row?.reply ?? '{}') as { position: number; replies?: (ClaimReply | null)[] };
      if (reply.replies === undefined) return { applied: false, position: BigInt(reply.position) };
      let from = 0;
      const answers = batches.map(({ dropId }, place) => {
        const { unique, places } = folded[place] as Folded;
        const batchCodes = codes.slice(from, from + unique.length);
        from += unique.length;
        const batchReply = reply.replies?.[place];
        return batchReply ? readAnswer(dropId, { unique, places }, batchCodes, batchReply) : undefined;
      });
      return { applied: true, answers };
    });
  }

  /** The first offset of this partition that has not been applied. */
  async positionOf(topic: string, partition: number): Promise<bigint> {
    const [row] = await this.#database.query<{ next_offset: string }>(POSITION, [topic, partition]);
    if (row === undefined) return this.positionOf(topic, partition); // another process started the count in this very moment
    return BigInt(row.next_offset);
  }

  /** The answer that a claim got, or undefined if the ledger never took it. */
  async answerTo(dropId: string, userId: string, requestId: string): Promise<Outcome | undefined> {
    const [answer] = await this.answersTo(dropId, [{ userId, requestId }]);
    return answer;
  }

  /** The answers that claims got, in their order; undefined for each that the ledger has not taken. */
  async answersTo(dropId: string, requests: readonly ClaimRequest[]): Promise<(Outcome | undefined)[]> {
    const { userIds, requestIds } = columns([{ unique: requests }]);
    const answers: (Outcome | undefined)[] = requests.map(() => undefined);
    const rows = await this.#ordinaryLane.query<{ position: string; answer: string }>(ANSWERS_TO, [
      ...[dropId, userIds, requestIds],
    ]);
    for (const { position, answer } of rows) {
      const place = Number(position) - 1;
      answers[place] = knownOutcome(dropId, requestIds[place] ?? '', JSON.parse(answer) as KnownAnswer);
    }
    return answers;
  }
}

export interface Folded {
  readonly unique: readonly ClaimRequest[];
  readonly places: readonly number[];
}

function columns(batches: readonly Pick<Folded, 'unique'>[]): { userIds: string[]; requestIds: string[] } {
  const requests = batches.flatMap(({ unique }) => unique);
  return {
    userIds: requests.map(({ userId }) => userId),
    requestIds: requests.map(({ requestId }) => requestId),
  };
}

export function readAnswer(
  dropId: string,
  { unique, places }: Folded,
  codes: readonly string[],
  reply: ClaimReply,
): BatchAnswer {
  const outcomes = readOutcomes(dropId, unique, codes, reply);
  return {
    outcomes: places.map((place) => outcomes[place] as Outcome),
    standing: readStanding(reply),
    taken: unique.filter((_request, place) => !NOT_TAKEN.includes(reply.outcomes[place] ?? '')),
    decided: readDecided(reply.outcomes),
  };
}

/** The letters of claim.sql; `k` is known. */
const DECIDED_BY_LETTER = new Map<string, keyof Decided>([
  ['g', 'granted'],
  ['s', 'soldOut'],
  ['l', 'limitReached'],
  ['c', 'closed'],
  ['n', 'notOpen'],
]);

function readDecided(letters: string): Decided {
  const decided = nothingDecided();
  for (const letter of letters) {
    const name = DECIDED_BY_LETTER.get(letter);
    if (name !== undefined) decided[name] += 1;
  }
  return decided;
}

export function nothingDecided(): Decided {
  return { granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0 };
}

/** Letters of claims that left no trace: known, and not open. */
const NOT_TAKEN = 'kn';

/** Each (user, request) once, in the order of its first appearance, and for every request the place of its answer. */
function fold(requests: readonly ClaimRequest[]): Folded {
  const placeOf = new Map<string, number>();
  const unique: ClaimRequest[] = [];
  const places = requests.map((request) => {
    const key = `${request.userId} ${request.requestId}`;
    const known = placeOf.get(key);
    if (known !== undefined) return known;
    placeOf.set(key, unique.length);
    return unique.push(request) - 1;
  });
  return { unique, places };
}

function readOutcomes(
  dropId: string,
  requests: readonly ClaimRequest[],
  codes: readonly string[],
  reply: ClaimReply,
): Outcome[] {
  const known = reply.known.values();
  const validUntil = isoTime(reply.validUntil);
  const holdUntil = isoTime(reply.holdUntil);
  let { firstArrival: arrival, firstSerial: serial } = reply;
  return requests.map(({ requestId }, position): Outcome => {
    switch (reply.outcomes[position]) {
      case 'g':
        return granted(dropId, requestId, {
          arrival: arrival++,
          serial: serial++,
          code: reply.kind === 'coupon' ? (codes[position] ?? null) : null,
          validUntil,
          holdUntil,
        });
      case 's':
        return { outcome: 'sold_out', dropId, requestId, arrival: arrival++ };
      case 'l':
        return { outcome: 'limit_reached', dropId, requestId, arrival: arrival++ };
      case 'c':
        return { outcome: 'closed', dropId, requestId, arrival: arrival++ };
      case 'n':
        return notOpen(dropId, requestId, Date.parse(reply.opensAt), Date.parse(reply.now));
      case 'k':
        return knownOutcome(dropId, requestId, known.next().value as KnownAnswer);
      default:
        throw new Error(`claim.sql answered ${reply.outcomes.length} of ${requests.length} claims on drop ${dropId}`);
    }
  });
}

function knownOutcome(dropId: string, requestId: string, known: KnownAnswer): Outcome {
  if (known.outcome === 'granted' && known.serial !== null) {
    return granted(dropId, requestId, {
      arrival: known.arrival,
      serial: known.serial,
      code: known.code,
      validUntil: isoTime(known.validUntil),
      holdUntil: isoTime(known.holdUntil),
    });
  }
  return { outcome: known.outcome as Refused['outcome'], dropId, requestId, arrival: known.arrival };
}

type GrantFields = Pick<KnownAnswer, 'arrival' | 'code' | 'validUntil' | 'holdUntil'> & { serial: number };

function granted(dropId: string, requestId: string, fields: GrantFields): Granted {
  const { serial, arrival, code, validUntil, holdUntil } = fields;
  return {
    outcome: 'granted',
    dropId,
    requestId,
    grantId: grantIdOf(dropId, serial),
    serial,
    arrival,
    ...(code !== null && { code }),
    ...(validUntil !== null && { validUntil }),
    ...(holdUntil !== null && { holdUntil }),
  };
}

export function notOpen(dropId: string, requestId: string, opensAtMs: number, nowMs: number): NotOpen {
  return {
    outcome: 'not_open',
    dropId,
    requestId,
    opensAt: new Date(opensAtMs).toISOString(),
    serverTime: new Date(nowMs).toISOString(),
  };
}
