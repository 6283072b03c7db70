/**
 * The ledger's other half: what becomes of units after they were granted. Like the first half it decides in batches, under the locks of the drops that are
 * concerned, and what it says is committed.
 *
 *   settle    coupons are used                                        settle.sql
 *   release   coupons are cancelled, slots are given back             release.sql   (what comes back is offered to the line in the same transaction)
 *   expire    what time has ended, ends                               release.sql
 *   offer     units that are left, to those who wait                  offer.sql
 *   wait      places in the waiting line                              wait.sql
 *   leave     … and away from it
 *
 * A slot is confirmed by its payment: payments/decide.sql.
 */
import type { Database, Queryable } from '../database/database.ts';
import { withFreshCodes } from './fresh-codes.ts';
import {
  type BatchAnswer,
  type ClaimReply,
  type ClaimRequest,
  type Decided,
  nothingDecided,
  readAnswer,
} from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { type DropStanding, isoTime, readStanding, type StandingReply } from './standing.ts';

/** A grant as the ledger has it; times are ISO 8601. What time alone ends is not stored: see grants/grant.ts. */
export interface LedgerGrant {
  readonly dropId: string;
  readonly serial: number;
  readonly userId: string;
  readonly arrival: number;
  readonly state: 'issued' | 'used' | 'held' | 'confirmed' | 'cancelled' | 'expired' | 'returned';
  readonly code: string | null;
  readonly grantedAt: string;
  readonly validUntil: string | null;
  readonly holdUntil: string | null;
  /** When time ends it: `validUntil`, or `holdUntil` and a little more while a payment is in flight. */
  readonly expiresAt: string;
  readonly settledAt: string | null;
  readonly releasedAt: string | null;
  readonly reference: string | null;
  /** The payment that is in flight for it, or has confirmed it. */
  readonly paymentId: string | null;
}

/** What a commit did to one drop. */
export interface Commit {
  readonly dropId: string;
  readonly standing: DropStanding;
  /** The commit wrote the entries from this one to `standing.entries`. */
  readonly firstEntry: number;
  /** Claims that it took. */
  readonly claims: readonly ClaimRequest[];
  /** Units that it gave to people in the line. */
  readonly offered: readonly LedgerGrant[];
  /** The claims that it decided; who was offered a unit was granted one. */
  readonly decided: Decided;
}

export interface GrantPlace {
  readonly dropId: string;
  readonly serial: number;
}

export interface Use extends GrantPlace {
  /** Null: an administrator at the till, for whoever's coupon it is. */
  readonly userId: string | null;
  readonly requestId: string;
  /** The merchant's own word for this use. */
  readonly reference: string | null;
}

export interface GivenBack extends GrantPlace {
  readonly userId: string;
}

/** What was decided about one grant: see settle.sql and release.sql. */
export interface Change {
  readonly answer: 'done' | 'again' | 'paying' | 'kept' | 'missing';
  /** As it now stands; null when there is none, or not this user's. */
  readonly grant: LedgerGrant | null;
}

export interface Changes {
  /** In the order of the requests. */
  readonly answers: readonly Change[];
  readonly commits: readonly Commit[];
}

/** A place in the waiting line: see wait.sql. */
export type LinePlace =
  | { readonly place: 'waiting'; readonly arrival: number }
  | { readonly place: 'offered'; readonly arrival: number; readonly serial: number }
  | { readonly place: 'over' | 'limit_reached' | 'closed' | 'no_line'; readonly arrival: number }
  /** The claim's outcome says all: it won, or was refused for another reason than `sold_out`. */
  | { readonly place: null };

export interface Waited {
  /** In the order of the requests. */
  readonly places: readonly LinePlace[];
  readonly outcomes: readonly Outcome[];
  readonly commits: readonly Commit[];
}

interface CommitReply {
  dropId: string;
  firstEntry: number;
  standing: StandingReply;
  offered: LedgerGrant[];
}

interface ChangesReply {
  answers: Change[];
  drops: CommitReply[];
}

const SETTLE = 'select settle($1, $2, $3, $4, $5)::text as reply';
const RELEASE = 'select release($1, $2, $3, $4)::text as reply';
const OFFER = 'select offer($1, $2)::text as reply';
const WAIT = 'select wait($1, $2, $3, $4)::text as reply';
const LEAVE = 'select leave($1, $2)::text as reply';

const DUE = 'select * from due($1)';

/** Drops with units for those who wait: some were added, or the line was switched on again. `hands` is how many of both there are. */
const OWED = `
  select d.id as "dropId", least(d.stock - d.granted, d.waiting) as hands
  from drops d
  where d.waiting > 0 and d.waiting_line and d.granted < d.stock
    and d.cancelled_at is null and d.opens_at <= statement_timestamp() and coalesce(d.closes_at, 'infinity') > statement_timestamp()
  limit $1`;

export class GrantLedger {
  readonly #database: Pick<Database, 'query' | 'expressLane'>;
  readonly #newCode: () => string;

  constructor(database: Pick<Database, 'query' | 'expressLane'>, newCode: () => string) {
    this.#database = database;
    this.#newCode = newCode;
  }

  /** No coupon may be among them twice. */
  async settle(uses: readonly Use[]): Promise<Changes> {
    const { dropIds, serials } = columns(uses);
    return readChanges(
      await ask(this.#database.expressLane, SETTLE, [
        ...[dropIds, serials, uses.map(({ userId }) => userId)],
        ...[uses.map(({ requestId }) => requestId), uses.map(({ reference }) => reference)],
      ]),
    );
  }

  /** No grant may be among them twice. */
  release(givenBack: readonly GivenBack[]): Promise<Changes> {
    const userIds = givenBack.map(({ userId }) => userId);
    return this.#release(this.#database.expressLane, givenBack, userIds);
  }

  /** Grants that time has ended and that nobody has ended yet, the longest overdue first. */
  due(limit: number): Promise<GrantPlace[]> {
    return this.#database.query<GrantPlace & object>(DUE, [limit]);
  }

  /** Ends those of them that are still due, by the database's clock. */
  expire(transaction: Queryable, due: readonly GrantPlace[]): Promise<Changes> {
    return this.#release(
      transaction,
      due,
      due.map(() => null),
    );
  }

  /** Drops that have units for those who wait, and for how many. */
  owed(limit: number): Promise<{ dropId: string; hands: number }[]> {
    return this.#database.query<{ dropId: string; hands: number }>(OWED, [limit]);
  }

  /** At most so many units; the commit, or undefined when nothing was to be done. */
  async offer(transaction: Queryable, dropId: string, unitsMax: number): Promise<Commit | undefined> {
    const codes = Array.from({ length: unitsMax }, this.#newCode);
    const reply = await ask<CommitReply | null>(transaction, OFFER, [dropId, codes]);
    return reply === null ? undefined : readCommit(reply);
  }

  /** Undefined for an unknown drop. No user may be among them twice. */
  wait(dropId: string, requests: readonly ClaimRequest[]): Promise<Waited | undefined> {
    const [userIds, requestIds] = [requests.map(({ userId }) => userId), requests.map(({ requestId }) => requestId)];
    return withFreshCodes(this.#newCode, requests.length, async (codes) => {
      const reply = await ask<{ claim: ClaimReply; places: LinePlace[]; drop: CommitReply | null } | null>(
        this.#database.expressLane,
        WAIT,
        [dropId, userIds, requestIds, codes],
      );
      if (reply === null) return undefined;
      const places = requests.map((_request, place) => place);
      const claimed = readAnswer(dropId, { unique: requests, places }, codes, reply.claim);
      const commits = reply.drop === null ? [] : [readCommit(reply.drop, claimed)];
      return { places: reply.places, outcomes: claimed.outcomes, commits };
    });
  }

  /** Undefined when this user had no place. */
  async leave(dropId: string, userId: string): Promise<Commit | undefined> {
    const reply = await ask<CommitReply | null>(this.#database.expressLane, LEAVE, [dropId, userId]);
    return reply === null ? undefined : readCommit(reply);
  }

  #release(on: Queryable, grants: readonly GrantPlace[], userIds: readonly (string | null)[]): Promise<Changes> {
    const { dropIds, serials } = columns(grants);
    return withFreshCodes(this.#newCode, grants.length, async (codes) =>
      readChanges(await ask(on, RELEASE, [dropIds, serials, userIds, codes])),
    );
  }
}

/** `claimed`: what it decided of claims. */
export function readCommit(reply: CommitReply, claimed?: Pick<BatchAnswer, 'taken' | 'decided'>): Commit {
  const { dropId, firstEntry, standing, offered } = reply;
  const { taken: claims, decided } = claimed ?? { taken: [], decided: nothingDecided() };
  return {
    ...{ dropId, firstEntry, claims },
    standing: readStanding(standing),
    offered: offered.map(readGrant),
    decided: { ...decided, granted: decided.granted + offered.length },
  };
}

/** With times as ours. */
export function readGrant(grant: LedgerGrant): LedgerGrant {
  return {
    ...grant,
    grantedAt: isoTime(grant.grantedAt),
    validUntil: isoTime(grant.validUntil),
    holdUntil: isoTime(grant.holdUntil),
    expiresAt: isoTime(grant.expiresAt),
    settledAt: isoTime(grant.settledAt),
    releasedAt: isoTime(grant.releasedAt),
  };
}

function readChanges({ answers, drops }: ChangesReply): Changes {
  return {
    answers: answers.map(({ answer, grant }) => ({ answer, grant: grant && readGrant(grant) })),
    commits: drops.map((drop) => readCommit(drop)),
  };
}

function columns(grants: readonly GrantPlace[]): { dropIds: string[]; serials: number[] } {
  return { dropIds: grants.map(({ dropId }) => dropId), serials: grants.map(({ serial }) => serial) };
}

async function ask<Reply>(on: Queryable, statement: string, parameters: readonly unknown[]): Promise<Reply> {
  const [row] = await on.query<{ reply: string | null }>(statement, parameters);
  return JSON.parse(row?.reply ?? 'null') as Reply;
}
