/** The ledger as a few lines over plain arrays: what `claim.sql` must do, claim by claim. */
import type { ClaimRequest } from '../../src/ledger/ledger.ts';

export interface ModelAnswer {
  readonly outcome: string;
  readonly arrival?: number;
  readonly serial?: number;
}

export type Hours = 'open' | 'not_open' | 'closed';

export class LedgerModel {
  readonly #answers = new Map<string, ModelAnswer>();
  readonly #held = new Map<string, number>();
  readonly #stock: number;
  readonly #perUserLimit: number;
  granted = 0;
  arrivals = 0;

  constructor(stock: number, perUserLimit: number) {
    this.#stock = stock;
    this.#perUserLimit = perUserLimit;
  }

  claim({ userId, requestId }: ClaimRequest, hours: Hours = 'open'): ModelAnswer {
    const key = `${userId} ${requestId}`;
    const known = this.#answers.get(key);
    if (known) return known;
    if (hours === 'not_open') return { outcome: 'not_open' };
    const answer = this.#decide(userId, hours);
    this.#answers.set(key, answer);
    return answer;
  }

  #decide(userId: string, hours: Hours): ModelAnswer {
    this.arrivals += 1;
    const arrival = this.arrivals;
    if (hours === 'closed') return { outcome: 'closed', arrival };
    const held = this.#held.get(userId) ?? 0;
    if (held >= this.#perUserLimit) return { outcome: 'limit_reached', arrival };
    if (this.granted >= this.#stock) return { outcome: 'sold_out', arrival };
    this.granted += 1;
    this.#held.set(userId, held + 1);
    return { outcome: 'granted', arrival, serial: this.granted };
  }
}
