/**
 * A provider in this process that takes no money: for the first look at the shop, for tests and rehearsals. It behaves like one that is far away: books of its own
 * (`sandbox_charges`, which nothing else writes), answers that get lost, notices unasked. What it does follows from the card:
 *
 *   succeeds                declined, insufficient_funds                as they say
 *   times_out_charged       takes the money, and never says so
 *   times_out_uncharged     takes nothing, and never says so
 *   answers_twice           takes the money once, says so, and sends two notices
 *   answers_late            takes the money when nobody waits for its answer any more, then sends a notice
 *
 * A card is a number that is typed, looked up here, and kept nowhere.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from '../database/database.ts';
import { invalidField } from '../http/problem.ts';
import {
  type Approval,
  type BookEntry,
  type Charged,
  type Declined,
  type Order,
  PaymentInDoubt,
  type PaymentMethod,
} from '../payments/method.ts';

export const TEST_CARDS = [
  { card: '4242 4242 4242 4242', effect: 'succeeds' },
  { card: '4000 0000 0000 0002', effect: 'declined' },
  { card: '4000 0000 0000 9995', effect: 'insufficient_funds' },
  { card: '4000 0000 0000 0408', effect: 'times_out_charged' },
  { card: '4000 0000 0000 0504', effect: 'times_out_uncharged' },
  { card: '4222 2222 2222 2222', effect: 'answers_twice' },
  { card: '4000 0000 0000 0202', effect: 'answers_late' },
] as const;
export type TestCardEffect = (typeof TEST_CARDS)[number]['effect'];

const EFFECTS = new Map<string, TestCardEffect>(TEST_CARDS.map(({ card, effect }) => [digitsOf(card), effect]));

/** So long a charge is waited for. */
const ANSWER_WITHIN_MS = 2_000;
/** After that, an answer that is late takes so long again. */
const LATE_BY_MS = 3_000;

export interface SandboxPaymentMethodOptions {
  readonly database: Pick<Queryable, 'query'>;
  /** A notice, as a provider far away would send it to our address. */
  readonly onNotice: (orderId: string) => unknown;
  readonly answerWithinMs?: number;
  readonly lateByMs?: number;
}

const CHARGE = `
  insert into sandbox_charges (order_id, amount, charged_at) values ($1, $2, clock_timestamp())
  on conflict (order_id) do nothing`;
const FIND = 'select refunded_at from sandbox_charges where order_id = $1';
const REFUND = `
  update sandbox_charges set refunded_at = coalesce(refunded_at, clock_timestamp()) where order_id = $1
  returning order_id`;

export class SandboxPaymentMethod implements PaymentMethod {
  readonly name = 'sandbox';
  readonly testCards = TEST_CARDS;
  readonly #database: Pick<Queryable, 'query'>;
  readonly #onNotice: (orderId: string) => unknown;
  readonly #answerWithinMs: number;
  readonly #lateByMs: number;

  constructor(options: SandboxPaymentMethodOptions) {
    this.#database = options.database;
    this.#onNotice = options.onNotice;
    this.#answerWithinMs = options.answerWithinMs ?? ANSWER_WITHIN_MS;
    this.#lateByMs = options.lateByMs ?? LATE_BY_MS;
  }

  checkout(): null {
    return null;
  }

  readApproval({ card }: Readonly<Record<string, unknown>>): Approval {
    const digits = typeof card === 'string' ? digitsOf(card) : '';
    if (!EFFECTS.has(digits)) {
      throw invalidField(
        'card',
        'must be one of the test cards of GET /v1/payment-methods; never type a real one here',
      );
    }
    return { card: digits };
  }

  async charge(order: Order, { card = '' }: Approval): Promise<Charged | Declined> {
    const effect = EFFECTS.get(card);
    switch (effect) {
      case 'declined':
        return { state: 'declined', reason: 'card_declined' };
      case 'insufficient_funds':
        return { state: 'declined', reason: 'insufficient_funds' };
      case 'times_out_uncharged':
        return this.#silence(order);
      case 'times_out_charged':
        await this.#take(order);
        return this.#silence(order);
      case 'answers_late':
        void this.#takeLate(order).catch(() => {}); // it was closed meanwhile; or its database is away, and so is this sandbox
        return this.#silence(order);
      case 'answers_twice':
        await this.#take(order);
        this.#onNotice(order.id);
        setImmediate(() => this.#onNotice(order.id));
        return charged(order);
      case 'succeeds':
        await this.#take(order);
        return charged(order);
      default:
        return { state: 'declined', reason: 'approval_invalid' };
    }
  }

  async find(order: Order): Promise<BookEntry> {
    const [entry] = await this.#ask<{ refunded_at: Date | null }>(FIND, [order.id]);
    if (entry === undefined) return { state: 'unknown' };
    return entry.refunded_at === null ? charged(order) : { state: 'refunded' };
  }

  async refund({ id }: Order): Promise<void> {
    const [entry] = await this.#ask(REFUND, [id]);
    if (entry === undefined) throw new PaymentInDoubt(`order ${id} was never charged`, { about: 'order' });
  }

  /** `{"orderId": …}`, for who wants to send its notices by hand. */
  readNotice(_headers: Readonly<Record<string, string | undefined>>, body: string): string | undefined {
    try {
      const { orderId } = JSON.parse(body) as { orderId?: unknown };
      return typeof orderId === 'string' ? orderId : undefined;
    } catch {
      throw invalidField('body', 'must be a JSON object');
    }
  }

  async #take({ id, amount }: Order): Promise<void> {
    await this.#ask(CHARGE, [id, amount]);
  }

  async #takeLate(order: Order): Promise<void> {
    await pause(this.#answerWithinMs + this.#lateByMs, undefined, { ref: false });
    await this.#take(order);
    this.#onNotice(order.id);
  }

  async #silence({ id }: Order): Promise<never> {
    await pause(this.#answerWithinMs);
    throw new PaymentInDoubt(`order ${id}: no answer within ${this.#answerWithinMs} ms`, { about: 'order' });
  }

  async #ask<Row extends object>(statement: string, parameters: readonly unknown[]): Promise<Row[]> {
    try {
      return await this.#database.query<Row>(statement, parameters);
    } catch (error) {
      throw new PaymentInDoubt('the sandbox cannot reach its books', { cause: error });
    }
  }
}

function charged({ id }: Order): Charged {
  return { state: 'charged', providerKey: `sandbox-${id}`, receiptUrl: null };
}

function digitsOf(card: string): string {
  return card.replaceAll(/[\s-]/g, '');
}
