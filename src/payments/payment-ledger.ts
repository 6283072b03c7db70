/**
 * What the ledger says of payments. Each function decides under the lock of the slot's drop and commits.
 *
 *   open     somebody wants to pay           open.sql
 *   begin    they have approved it           begin.sql
 *   decide   the provider has said what came of it   decide.sql
 *
 * Payments come one by one, each in a transaction of its own, while claims come in batches. So that a thousand buyers of one drop who pay at the same time don't take
 * all connections to stand in line for its row, a few of this process's payments are there at a time, and the others wait here.
 */
import { bulkhead } from 'cockatiel';
import type { Queryable } from '../database/database.ts';
import { type Commit, type LedgerGrant, readCommit, readGrant } from '../ledger/grant-ledger.ts';
import { readPayment, type StoredPayment } from './payment.ts';

/** How long things may take; see settings. */
export interface PaymentTimes {
  /** For which a slot is kept at most for a payment that began before its hold ended. */
  readonly graceMs: number;
  /** After which the books are looked at, if the provider's answer has not been heard. */
  readonly firstLookMs: number;
}

export interface Wish {
  readonly id: string;
  readonly dropId: string;
  readonly serial: number;
  readonly userId: string;
  readonly requestId: string;
  readonly method: string;
  /** Whether the provider is asked at once, or the buyer approves there first. */
  readonly ask: boolean;
}

export type OpenAnswer = 'missing' | 'known' | 'in_flight' | 'over' | 'too_many' | 'opened' | 'begun' | 'decided';
export type BeginAnswer = 'begun' | 'asked' | 'in_flight' | 'over';

export interface Opened {
  readonly answer: OpenAnswer | BeginAnswer;
  readonly payment: StoredPayment | null;
  /** Null: there is none, or not this user's. */
  readonly slot: LedgerGrant | null;
  readonly commit: Commit | null;
}

export interface Begun {
  readonly answer: BeginAnswer;
  readonly payment: StoredPayment;
  readonly slot: LedgerGrant;
}

/** The provider's word: see decide.sql. */
export type Said =
  | { readonly word: 'charged'; readonly providerKey: string; readonly receiptUrl: string | null }
  | { readonly word: 'mischarged'; readonly providerKey: string; readonly failure: string }
  | { readonly word: 'declined' | 'silent' | 'refunded'; readonly failure: string };

export interface Decision {
  /** Whether it was news. */
  readonly changed: boolean;
  readonly payment: StoredPayment;
  readonly slot: LedgerGrant;
  /** What the confirmation of the slot did to its drop. */
  readonly commit: Commit | null;
}

interface Reply {
  readonly answer: string;
  readonly changed: boolean;
  readonly payment: StoredPayment | null;
  readonly slot: LedgerGrant | null;
  readonly drop: Parameters<typeof readCommit>[0] | null;
}

const OPEN = 'select open_payment($1, $2, $3, $4, $5, $6, $7, $8::integer, $9::integer)::text as reply';
const BEGIN = 'select begin_payment($1, $2::integer, $3::integer)::text as reply';
const DECIDE = 'select decide_payment($1, $2, $3, $4, $5, $6::integer)::text as reply';

/** Of this process, at the ledger. */
const AT_ONCE_MAX = 2;
const WAITING_MAX = 2_000;

export class PaymentLedger {
  /** For who has no transaction of their own. Rejects with BulkheadRejectedError when too many wait. */
  readonly lane: Pick<Queryable, 'query'>;
  readonly #times: PaymentTimes;

  constructor(database: { readonly expressLane: Queryable }, times: PaymentTimes) {
    const line = bulkhead(AT_ONCE_MAX, WAITING_MAX);
    this.lane = {
      query: (text, parameters) => line.execute(() => database.expressLane.query(text, parameters)),
    };
    this.#times = times;
  }

  async open({ id, dropId, serial, userId, requestId, method, ask: atOnce }: Wish): Promise<Opened> {
    const wish = [id, dropId, serial, userId, requestId, method, atOnce];
    const reply = await ask(this.lane, OPEN, [...wish, this.#times.graceMs, this.#times.firstLookMs]);
    const { payment = null, slot = null, drop = null } = reply ?? {};
    return {
      answer: (reply?.answer ?? 'missing') as Opened['answer'],
      payment: payment && readPayment(payment),
      slot: slot && readGrant(slot),
      commit: drop && readCommit(drop),
    };
  }

  /** Undefined for an unknown payment. */
  async begin(id: string): Promise<Begun | undefined> {
    const reply = await ask(this.lane, BEGIN, [id, this.#times.graceMs, this.#times.firstLookMs]);
    if (reply === null) return undefined;
    return { answer: reply.answer as BeginAnswer, ...readBoth(reply) };
  }

  /** Undefined for an unknown payment. `nextLookMs`: when the provider is asked next, from now. */
  async decide(
    id: string,
    said: Said,
    nextLookMs: number | null,
    on: Pick<Queryable, 'query'> = this.lane,
  ): Promise<Decision | undefined> {
    const { providerKey = null, receiptUrl = null, failure = null } = said as Partial<Record<string, string | null>>;
    const reply = await ask(on, DECIDE, [id, said.word, providerKey, receiptUrl, failure, nextLookMs]);
    if (reply === null) return undefined;
    return { changed: reply.changed, ...readBoth(reply), commit: reply.drop && readCommit(reply.drop) };
  }
}

function readBoth({ payment, slot }: Reply): { payment: StoredPayment; slot: LedgerGrant } {
  if (payment === null || slot === null) throw new Error('a payment has a slot, always');
  return { payment: readPayment(payment), slot: readGrant(slot) };
}

async function ask(on: Pick<Queryable, 'query'>, statement: string, parameters: unknown[]): Promise<Reply | null> {
  const [row] = await on.query<{ reply: string | null }>(statement, parameters);
  return JSON.parse(row?.reply ?? 'null') as Reply | null;
}
