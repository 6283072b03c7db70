/**
 * The ways to pay as this process reaches them: each behind a breaker of its own, because a provider that is away must cost a few people its time limit, and not
 * everybody. While one is away nothing is begun with it; what is on its way already is asked about by the job alone, now and then, until one question is answered.
 */
import { TaskCancelledError, TimeoutStrategy, timeout } from 'cockatiel';
import { Breaker, type BreakerOptions } from '../fleet/breaker.ts';
import type { Approval, BookEntry, Charged, Declined, Order, PaymentMethod } from './method.ts';
import { PaymentInDoubt } from './method.ts';

export const BREAKER = { failuresMax: 3, probeAfterMs: 5_000 } as const;
/** For a question of the job, which must be done before its lease runs out. A refund that takes longer is found done at the next look. */
const QUESTION_WITHIN_MS = 3_000;

export interface ProviderOptions {
  readonly method: PaymentMethod;
  /** ISO 4217; unset: any. */
  readonly currencies?: readonly string[];
  readonly onBreakerChange: BreakerOptions['onChange'];
  readonly probeAfterMs?: number;
}

export class Provider {
  readonly method: PaymentMethod;
  readonly currencies: readonly string[] | undefined;
  readonly #breaker: Breaker;
  readonly #probeAfterMs: number;
  #openedAtMs = 0;

  constructor({ method, currencies, onBreakerChange, probeAfterMs = BREAKER.probeAfterMs }: ProviderOptions) {
    this.method = method;
    this.currencies = currencies;
    this.#probeAfterMs = probeAfterMs;
    this.#breaker = new Breaker({
      ...{ name: `payments-${method.name}`, failuresMax: BREAKER.failuresMax, probeAfterMs },
      // Nor does it count that our patience with a question ended: a slow provider that still takes money is not away.
      isRefusal: (error) =>
        error instanceof TaskCancelledError || (error instanceof PaymentInDoubt && error.about === 'order'),
      onChange: (name, state) => {
        if (state === 'open') this.#openedAtMs = Date.now();
        onBreakerChange(name, state);
      },
    });
  }

  /** Whether it has been found away, and it is not the hour to try again, or somebody is trying. */
  get away(): boolean {
    const { state } = this.#breaker;
    return state === 'half_open' || (state === 'open' && Date.now() - this.#openedAtMs < this.#probeAfterMs);
  }

  /** As the method does, within its own time limit. Throws BrokenCircuitError when it was not asked. */
  charge(order: Order, approval: Approval): Promise<Charged | Declined> {
    return this.#breaker.run(() => this.method.charge(order, approval));
  }

  /** Throws as `charge`, and TaskCancelledError when it takes too long. */
  find(order: Order): Promise<BookEntry> {
    return this.#question(() => this.method.find(order));
  }

  /** Throws as `find`. */
  refund(order: Order, providerKey: string): Promise<void> {
    return this.#question(() => this.method.refund(order, providerKey));
  }

  #question<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const patience = timeout(QUESTION_WITHIN_MS, TimeoutStrategy.Aggressive);
    return this.#breaker.run(() => patience.execute(ask));
  }
}

/** By name, in the order in which pages offer them. */
export type Providers = ReadonlyMap<string, Provider>;
