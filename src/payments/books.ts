/**
 * What providers have said becomes true, for everybody who asked one: the desk, which has an answer, and the job, which has read the books. The herald tells the buyer
 * (payment_changes), and everybody who follows the drop is told after the commit. Both hear the same things, perhaps at the same time, and the ledger lets the first one change what there is to change.
 */
import type { FastifyBaseLogger } from 'fastify';
import type { Queryable } from '../database/database.ts';
import { BrokenCircuitError } from '../fleet/breaker.ts';
import type { Teller } from '../grants/teller.ts';
import type { PaymentFigures } from './figures.ts';
import type { Charged } from './method.ts';
import { orderOf, type StoredPayment } from './payment.ts';
import type { Decision, PaymentLedger, Said } from './payment-ledger.ts';
import type { Provider } from './providers.ts';

export interface PaymentBooksParts {
  readonly ledger: PaymentLedger;
  readonly teller: Teller;
  readonly figures: PaymentFigures;
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>;
}

/** Runs what is written, in whatever transaction its author must write. */
export type Write = <Result>(work: (on: Pick<Queryable, 'query'>) => Promise<Result>) => Promise<Result>;

/** Why it failed is known by then, unless it was given back behind our back. */
export const REFUNDED: Said = { word: 'refunded', failure: 'provider_refused' };

/** The one who found a charge gives it back at once; after so long without the money being back the job asks. */
const REFUND_LOOK_MS = 15_000;

export class PaymentBooks {
  readonly #parts: PaymentBooksParts;

  constructor(parts: PaymentBooksParts) {
    this.#parts = parts;
  }

  /** The money was taken: for a slot that is still kept, or it goes back. The payment as it stands after that. */
  async charged(payment: StoredPayment, charge: Charged, provider: Provider, write: Write): Promise<StoredPayment> {
    const now = await this.write(payment, this.#saidOf(payment, charge), REFUND_LOOK_MS, write);
    return now.state === 'refunding' ? this.#giveBack(now, provider, write) : now;
  }

  async write(payment: StoredPayment, said: Said, nextLookMs: number | null, write: Write): Promise<StoredPayment> {
    const decision = await write((on) => this.#parts.ledger.decide(payment.id, said, nextLookMs, on));
    if (decision === undefined) throw new Error(`there is no payment ${payment.id}`);
    this.tell(decision);
    return decision.payment;
  }

  /** Everybody who follows the drop. */
  tell({ changed, payment, commit }: Pick<Decision, 'changed' | 'payment' | 'commit'>): void {
    if (!changed) return;
    const { teller, figures } = this.#parts;
    figures.became(payment);
    if (commit !== null) teller.tell([commit]);
  }

  /** Counts and logs, unless nobody was asked because the provider is known to be away: that was logged when it was found. */
  inDoubt({ id, method }: StoredPayment, question: 'charge' | 'find' | 'refund', error: unknown): void {
    if (error instanceof BrokenCircuitError) return;
    this.#parts.figures.inDoubt(method, question);
    this.#parts.log.warn({ err: error, paymentId: id, method, question }, 'a provider left a payment in doubt');
  }

  /** When the provider does not say that the money is back, the payment stays as it is. */
  async #giveBack(payment: StoredPayment, provider: Provider, write: Write): Promise<StoredPayment> {
    try {
      await provider.refund(orderOf(payment), payment.providerKey ?? '');
    } catch (error) {
      this.inDoubt(payment, 'refund', error);
      return payment;
    }
    return this.write(payment, REFUNDED, null, write);
  }

  #saidOf({ id, method, amount, currency }: StoredPayment, { providerKey, receiptUrl, taken }: Charged): Said {
    if (taken === undefined) return { word: 'charged', providerKey, receiptUrl };
    this.#parts.log.error(
      { paymentId: id, method, amount, currency, taken },
      'a provider took something else than was to be paid; it is given back, and somebody must find out why',
    );
    return { word: 'mischarged', providerKey, failure: 'amount_differs' };
  }
}
