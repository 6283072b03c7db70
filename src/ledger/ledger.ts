/**
 * The ledger: decides, remembers, and tells what it has decided. Everything it says is committed.
 *
 * The decision itself is `claim.sql`, one statement on a batch. This file is its shape in TypeScript: it folds repeats within a batch, gives each claim a
 * fresh code, and turns the compact answer into outcomes.
 */
import { isDatabaseError, type Queryable, SQLSTATE } from '../database/database.ts';
import { type Granted, grantIdOf, type NotOpen, type Outcome, type Refused } from './outcome.ts';

export interface ClaimRequest {
  readonly userId: string;
  readonly requestId: string;
}

/** Where the drop stands after a batch, as far as gates need to know. `entries` grows with every change, so that of two views the newer is known. */
export interface DropStanding {
  readonly entries: number;
  readonly opensAtMs: number;
  readonly closesAtMs: number | null;
  readonly cancelled: boolean;
  readonly granted: number;
  readonly stock: number;
  /** The latest arrival that got a unit; null before the first. */
  readonly lastGrantedArrival: number | null;
}

export interface BatchAnswer {
  /** In the order of the requests. */
  readonly outcomes: readonly Outcome[];
  readonly standing: DropStanding;
}

interface KnownAnswer {
  outcome: Outcome['outcome'];
  arrival: number;
  serial: number | null;
  code: string | null;
  validUntil: string | null;
  holdUntil: string | null;
}

/** What `claim.sql` returns. */
interface ClaimReply {
  now: string;
  kind: 'coupon' | 'product';
  entries: number;
  granted: number;
  stock: number;
  lastGrantedArrival: number | null;
  opensAt: string;
  closesAt: string | null;
  cancelled: boolean;
  firstArrival: number;
  firstSerial: number;
  validUntil: string | null;
  holdUntil: string | null;
  outcomes: string;
  known: KnownAnswer[];
}

/** Codes are random: two equal ones are news. Three batches in a row with one are a broken random source. */
const CODE_ATTEMPTS_MAX = 3;

const CLAIM = 'select claim($1, $2, $3, $4)::text as reply';

const ANSWER_TO = `
  select known_answer(drop_id, arrival, user_id, request_id)::text as answer
  from claims where drop_id = $1 and user_id = $2 and request_id = $3`;

const TAKEN = 'select user_id, request_id from claims where drop_id = $1';

export class Ledger {
  readonly #database: Queryable;
  readonly #newCode: () => string;

  constructor(database: { readonly expressLane: Queryable }, newCode: () => string) {
    this.#database = database.expressLane;
    this.#newCode = newCode;
  }

  /**
   * Decides a batch in the given order, in one transaction. Repeats of a request get its first answer, also within the batch.
   * Returns undefined for an unknown drop. Throws when the database fails: the batch is then in doubt, and the same requests may be sent again.
   */
  async claim(dropId: string, requests: readonly ClaimRequest[]): Promise<BatchAnswer | undefined> {
    const { unique, places } = fold(requests);
    const decision = await this.#decide(dropId, unique);
    if (decision === undefined) return undefined;
    const { reply, codes } = decision;
    const outcomes = readOutcomes(dropId, unique, codes, reply);
    return {
      outcomes: places.map((place) => outcomes[place] as Outcome),
      standing: {
        entries: reply.entries,
        opensAtMs: Date.parse(reply.opensAt),
        closesAtMs: reply.closesAt === null ? null : Date.parse(reply.closesAt),
        cancelled: reply.cancelled,
        granted: reply.granted,
        stock: reply.stock,
        lastGrantedArrival: reply.lastGrantedArrival,
      },
    };
  }

  /** The answer that a claim got, or undefined if the ledger never took it. */
  async answerTo(dropId: string, userId: string, requestId: string): Promise<Outcome | undefined> {
    const [row] = await this.#database.query<{ answer: string }>(ANSWER_TO, [dropId, userId, requestId]);
    return row && knownOutcome(dropId, requestId, JSON.parse(row.answer) as KnownAnswer);
  }

  /** All claims on this drop that were taken, granted or not. */
  async taken(dropId: string): Promise<ClaimRequest[]> {
    const rows = await this.#database.query<{ user_id: string; request_id: string }>(TAKEN, [dropId]);
    return rows.map((row) => ({ userId: row.user_id, requestId: row.request_id }));
  }

  async #decide(dropId: string, requests: readonly ClaimRequest[]) {
    const userIds = requests.map((request) => request.userId);
    const requestIds = requests.map((request) => request.requestId);
    for (let attempt = 1; ; attempt += 1) {
      const codes = requests.map(() => this.#newCode());
      try {
        const [row] = await this.#database.query<{ reply: string | null }>(CLAIM, [dropId, userIds, requestIds, codes]);
        return row?.reply ? { reply: JSON.parse(row.reply) as ClaimReply, codes } : undefined;
      } catch (error) {
        const codeTaken = isDatabaseError(error, SQLSTATE.uniqueViolation, 'grants_code');
        if (!codeTaken || attempt === CODE_ATTEMPTS_MAX) throw error;
      }
    }
  }
}

/** Each (user, request) once, in the order of its first appearance, and for every request the place of its answer. */
function fold(requests: readonly ClaimRequest[]): { unique: ClaimRequest[]; places: number[] } {
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

/** PostgreSQL's JSON times have microseconds and an offset; ours are ISO 8601 in UTC with milliseconds. */
function isoTime(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
