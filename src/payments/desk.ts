/**
 * Where people pay. One payment's way, each step committed before the next:
 *
 *   open    the payment is written down        ──the provider has a page of its own──> answered: its buyer goes there, and comes back with an approval
 *   begin   the provider is about to be asked: its slot is kept for the answer (open and begin are one commit where nothing is in between)
 *   charge  the provider takes the money       ──no answer within its time──> answered: on its way; the job asks the books
 *   decide  the slot is confirmed              ──or is gone meanwhile──> refund
 *
 * Whoever presses again gets the payment as it stands, and presses as often as they like. Only `begin` lets anyone ask a provider, and only once.
 */
import { randomUUID } from 'node:crypto';
import { BulkheadRejectedError } from 'cockatiel';
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import { type Breaker, BrokenCircuitError } from '../fleet/breaker.ts';
import type { Teller } from '../grants/teller.ts';
import { invalidField, PROBLEMS, Problem, type ProblemCode } from '../http/problem.ts';
import type { GrantPlace, LedgerGrant } from '../ledger/grant-ledger.ts';
import type { PaymentBooks, Write } from './books.ts';
import type { Approval, Charged } from './method.ts';
import { awaitsApproval, orderOf, type StoredPayment } from './payment.ts';
import type { PaymentLedger } from './payment-ledger.ts';
import type { Provider, Providers } from './providers.ts';
import { heardOf, type PayableSlot, paymentByRequest, paymentOf, slotOf } from './store.ts';

export interface PaymentDeskParts {
  readonly database: Database;
  readonly ledger: PaymentLedger;
  readonly providers: Providers;
  readonly books: PaymentBooks;
  readonly teller: Teller;
  /** Of the database. */
  readonly breaker: Breaker;
  readonly log: Pick<FastifyBaseLogger, 'error'>;
}

export interface PayRequest extends GrantPlace {
  readonly userId: string;
  readonly requestId: string;
  readonly method: string;
  /** What the buyer's page sent beside it: the approval's fields. */
  readonly brought: Readonly<Record<string, unknown>>;
}

type Brought = PayRequest['brought'];

/** Payments of this process that wait for a provider: each is a request that is kept open. */
const CHARGES_AT_ONCE_MAX = 2_000;
const RETRY_AFTER_SECONDS = { ledger: 2, provider: 5 } as const;

export class PaymentDesk {
  readonly #parts: PaymentDeskParts;
  readonly #write: Write;
  #charges = 0;

  constructor(parts: PaymentDeskParts) {
    this.#parts = parts;
    this.#write = (work) => work(parts.ledger.lane);
  }

  /** The payment as it stands after this: decided, on its way, or waiting for its buyer. Throws why there is none. */
  async pay(request: PayRequest): Promise<StoredPayment> {
    const { database, ledger, books } = this.#parts;
    const slot = await this.#asked(() => slotOf(database, request, request.userId));
    if (slot === undefined) throw new Problem('grant_not_found');
    if (slot.kind !== 'product') throw new Problem('wrong_kind', { detail: 'A coupon is used, not paid' });
    const provider = this.#providerOf(request.method, slot);
    const id = randomUUID();
    const { userId, method, brought, dropId, serial, requestId } = request;
    const isFree = slot.amount === 0;
    const order = { id, userId, title: slot.title, amount: slot.amount, currency: slot.currency };
    const approvedThere = !isFree && provider.method.checkout(order) !== null;
    const approval = isFree || approvedThere ? {} : provider.method.readApproval(brought);
    if (!isFree && this.#cannotAsk(provider)) return this.#knownOrAway(request);

    const opened = await this.#asked(() =>
      ledger.open({ id, dropId, serial, userId, requestId, method, ask: !approvedThere }),
    );
    const { answer, payment } = opened;
    if (payment === null) throw refusalOf(answer, opened.slot);
    switch (answer) {
      case 'begun':
        return this.#charge(payment, provider, approval);
      case 'decided':
        books.tell({ changed: true, payment, commit: opened.commit });
        return payment;
      case 'over': // between two looks at the clock
        throw refusalOf('over', opened.slot);
      default:
        return payment;
    }
  }

  /** Its buyer has approved it at the provider. Throws why it cannot be paid (any more); then the provider was not asked. */
  async approve(userId: string, id: string, brought: Brought): Promise<StoredPayment> {
    const { database, ledger, providers } = this.#parts;
    const known = await this.#asked(() => paymentOf(database, id, userId));
    if (known === undefined) throw new Problem('payment_not_found');
    const provider = providers.get(known.method);
    if (!awaitsApproval(known)) return endedWithSlot(known);
    if (provider === undefined) throw awayFor();
    const approval = provider.method.readApproval(brought);
    if (this.#cannotAsk(provider)) throw awayFor();

    const begun = await this.#asked(() => ledger.begin(id));
    if (begun === undefined) throw new Problem('payment_not_found');
    const { answer, payment } = begun;
    if (answer === 'begun') return this.#charge(payment, provider, approval);
    if (answer === 'in_flight') throw new Problem('payment_in_flight');
    return endedWithSlot(payment);
  }

  async #charge(payment: StoredPayment, provider: Provider, approval: Approval): Promise<StoredPayment> {
    const { books, log } = this.#parts;
    let answer: Charged | { readonly state: 'declined'; readonly reason: string };
    this.#charges += 1;
    try {
      answer = await provider.charge(orderOf(payment), approval);
    } catch (error) {
      // Found away by others since this one began. It was not asked, so nothing is in doubt.
      if (error instanceof BrokenCircuitError) answer = { state: 'declined', reason: 'no_answer' };
      else {
        books.inDoubt(payment, 'charge', error);
        return this.#lookSoon(payment);
      }
    } finally {
      this.#charges -= 1;
    }
    try {
      if (answer.state === 'charged') return await books.charged(payment, answer, provider, this.#write);
      return await books.write(payment, { word: 'declined', failure: answer.reason }, null, this.#write);
    } catch (error) {
      log.error(
        { err: error, paymentId: payment.id },
        'the ledger did not take what a provider said; it is asked again',
      );
      return this.#lookSoon(payment);
    }
  }

  /** When the database is away, too, the job looks at the hour that was set when the payment began. */
  async #lookSoon(payment: StoredPayment): Promise<StoredPayment> {
    await heardOf(this.#parts.database, payment.method, payment.id).catch(() => {});
    return payment;
  }

  #providerOf(name: string, { amount, currency }: PayableSlot): Provider {
    const provider = this.#parts.providers.get(name);
    if (provider === undefined) {
      throw invalidField('method', `must be one of ${[...this.#parts.providers.keys()].join(', ')}`);
    }
    const { currencies } = provider;
    if (amount > 0 && currencies !== undefined && !currencies.includes(currency)) {
      throw invalidField('method', `takes ${currencies.join(', ')} only`);
    }
    return provider;
  }

  #cannotAsk(provider: Provider): boolean {
    return provider.away || this.#charges >= CHARGES_AT_ONCE_MAX;
  }

  /** Nothing is begun with a provider that is away; but who has begun before may see what became of it. */
  async #knownOrAway(request: PayRequest): Promise<StoredPayment> {
    const { database } = this.#parts;
    const { userId, requestId } = request;
    const known = await this.#asked(() => paymentByRequest(database, request, userId, requestId));
    if (known === undefined) throw awayFor();
    return known;
  }

  async #asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await this.#parts.breaker.run(ask);
    } catch (error) {
      const known = error instanceof BrokenCircuitError || error instanceof BulkheadRejectedError;
      if (!known) this.#parts.log.error({ err: error }, 'the ledger did not answer a payment');
      throw new Problem('ledger_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS.ledger });
    }
  }
}

function awayFor(): Problem {
  return new Problem('payment_unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS.provider });
}

function refusalOf(answer: string, slot: LedgerGrant | null): Problem {
  if (answer === 'in_flight') return new Problem('payment_in_flight');
  if (answer === 'too_many') return new Problem('too_many_attempts', { detail: 'Too many payments for this slot' });
  if (slot === null) return new Problem('grant_not_found');
  return slotProblem(slot.state === 'held' ? 'slot_expired' : `slot_${slot.state}`, slot.settledAt);
}

/** The payment, or that it came to nothing because the slot was gone before anybody was asked. */
function endedWithSlot(payment: StoredPayment): StoredPayment {
  if (payment.state === 'failed' && payment.askedAt === null) throw slotProblem(payment.failure ?? '');
  return payment;
}

function slotProblem(code: string, settledAt: string | null = null): Problem {
  const members = settledAt === null ? {} : { settledAt };
  return new Problem(code in PROBLEMS ? (code as ProblemCode) : 'slot_expired', { members });
}
