/**
 * Asks providers about what stopped half-way: payments of which no answer was heard, those that failed because none came, and charges that are to be given back.
 *
 *   pending      its books are read: charged -> confirmed, or given back; declined or nothing known, and the grace is over -> failed
 *   failed       by what the books said, or did not say: they are read for a day, for a charge after all -> given back
 *   refunding    given back, again and again, until the provider's books say so
 *   not asked    the slot is gone -> failed; nobody is asked
 *
 * First looks come early (a buyer waits), later ones ever more seldom, and not all at the same time. While a provider is away, one question of a round is enough to find out
 * whether it is back. A slow one holds up a round, and so the others, for no longer than a question may take. What is said is written behind the fence, one payment at a time.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { Database } from '../database/database.ts';
import { BrokenCircuitError } from '../fleet/breaker.ts';
import { passFence } from '../fleet/fences.ts';
import type { Job } from '../worker/jobs.ts';
import { type PaymentBooks, REFUNDED, type Write } from './books.ts';
import type { PaymentFigures } from './figures.ts';
import type { BookEntry } from './method.ts';
import { orderOf, type StoredPayment } from './payment.ts';
import type { Said } from './payment-ledger.ts';
import type { Provider, Providers } from './providers.ts';
import { type DuePayment, duePayments, endedWithSlots, endWithSlots, lookAgain, overdue } from './store.ts';

const NAME = 'payments';
const EVERY_MS = 211;
/** Questions to one provider at the same time. */
const AT_ONCE_MAX = 16;
/** Then the lease is asked for again: two questions that wait their full time must still fit into it. */
const ROUND_MS = 1_000;
const ENDED_MAX = 500;

const FIRST_WAIT_MS = 1_000;
const WAITS_MAX_MS = { pending: 60_000, refunding: 300_000, failed: 1_800_000 } as const;
/** Up to so much of a wait is added to it. */
const JITTER = 0.25;

const SILENT: Said = { word: 'silent', failure: 'no_answer' };

/** After so many looks somebody should look who can telephone. */
export const ALARM_CHECKS = 10;
/** … or when nobody has looked for so long: its provider is away, or its way to pay was switched off. */
const ALARM_SECONDS = 600;
const COUNT_OVERDUE_EVERY_MS = 5_003;

export interface PaymentsJobParts {
  readonly database: Database;
  readonly providers: Providers;
  readonly books: PaymentBooks;
  readonly figures: PaymentFigures;
  readonly log: Pick<FastifyBaseLogger, 'error'>;
  readonly graceMs: number;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

export function paymentsJob(parts: PaymentsJobParts): Job {
  const { database, providers, figures } = parts;
  let countedAtMs = Number.NEGATIVE_INFINITY;
  return {
    name: NAME,
    everyMs: EVERY_MS,
    async run(fence) {
      const write: Write = (work) =>
        database.transaction(async (transaction) => {
          await passFence(transaction, NAME, fence);
          return work(transaction);
        });
      const ended = await endedWithSlots(database, ENDED_MAX);
      if (ended.length > 0) await write((on) => endWithSlots(on, ended));
      await allOf([...providers.values()].map((provider) => new Round(parts, provider, write).run()));
      if (performance.now() - countedAtMs < COUNT_OVERDUE_EVERY_MS) return;
      countedAtMs = performance.now();
      figures.overdue(await overdue(database, { checks: ALARM_CHECKS, seconds: ALARM_SECONDS }));
    },
    lost() {
      figures.overdue(new Map());
    },
  };
}

/** One provider's part of a round. */
class Round {
  readonly #parts: PaymentsJobParts;
  readonly #provider: Provider;
  readonly #write: Write;

  constructor(parts: PaymentsJobParts, provider: Provider, write: Write) {
    this.#parts = parts;
    this.#provider = provider;
    this.#write = write;
  }

  async run(): Promise<void> {
    const { database, graceMs } = this.#parts;
    const { method } = this.#provider;
    const startedAtMs = performance.now();
    let due: DuePayment[];
    do {
      const limit = this.#provider.away ? 1 : AT_ONCE_MAX;
      due = await duePayments(database, method.name, { graceMs, limit });
      await allOf(due.map((each) => this.#look(each)));
    } while (due.length === AT_ONCE_MAX && performance.now() - startedAtMs < ROUND_MS);
  }

  async #look(due: DuePayment): Promise<void> {
    const { payment } = due;
    if (payment.state === 'refunding') return this.#giveBack(payment);
    let entry: BookEntry;
    try {
      entry = await this.#provider.find(orderOf(payment));
    } catch (error) {
      return this.#inDoubt(payment, 'find', error);
    }
    await this.#apply(due, entry);
  }

  async #apply({ payment, patienceLeftMs, forgotten }: DuePayment, entry: BookEntry): Promise<void> {
    const { books } = this.#parts;
    const waitMs = forgotten ? null : this.#waitMs(payment);
    switch (entry.state) {
      case 'charged':
        await books.charged(payment, entry, this.#provider, this.#write);
        break;
      case 'declined':
        // Of an order that its buyer tried twice at the provider, the books may tell of the first try while the second is being charged. So they are asked again.
        if (payment.state === 'failed') await this.#lookAgain(payment, waitMs);
        else if (patienceLeftMs > 0) await this.#lookAgain(payment, Math.min(this.#waitMs(payment), patienceLeftMs));
        else await books.write(payment, { word: 'declined', failure: entry.reason }, waitMs, this.#write);
        break;
      case 'refunded':
        await books.write(payment, REFUNDED, null, this.#write);
        break;
      case 'unknown':
        if (payment.state === 'failed') await this.#lookAgain(payment, waitMs);
        else if (patienceLeftMs > 0) await this.#lookAgain(payment, Math.min(this.#waitMs(payment), patienceLeftMs));
        else await books.write(payment, SILENT, waitMs, this.#write);
    }
  }

  async #giveBack(payment: StoredPayment): Promise<void> {
    const order = orderOf(payment);
    try {
      // It may have been given back, and only nobody heard so in time.
      const done = payment.checks > 0 && (await this.#provider.find(order)).state === 'refunded';
      if (!done) await this.#provider.refund(order, payment.providerKey ?? '');
    } catch (error) {
      return this.#inDoubt(payment, 'refund', error);
    }
    await this.#parts.books.write(payment, REFUNDED, null, this.#write);
  }

  async #inDoubt(payment: StoredPayment, question: 'find' | 'refund', error: unknown): Promise<void> {
    // Nobody was asked: it stays the next to be asked about.
    if (error instanceof BrokenCircuitError) return;
    const { books, log } = this.#parts;
    books.inDoubt(payment, question, error);
    const { id, method, state, amount, currency } = payment;
    if (payment.checks + 1 === ALARM_CHECKS) {
      log.error({ paymentId: id, method, state, amount, currency }, 'a payment comes to no end: ask its provider');
    }
    await this.#lookAgain(payment, this.#waitMs(payment));
  }

  #lookAgain(payment: StoredPayment, afterMs: number | null): Promise<void> {
    return this.#write((on) => lookAgain(on, payment, afterMs));
  }

  /** Twice as long each time. */
  #waitMs({ checks, state }: StoredPayment): number {
    const { random = Math.random } = this.#parts;
    const maxMs = WAITS_MAX_MS[state as keyof typeof WAITS_MAX_MS];
    return Math.round(Math.min(maxMs, FIRST_WAIT_MS * 2 ** checks) * (1 + JITTER * random()));
  }
}

/** When all are done: one that fails must not leave the others behind, unwatched. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}
