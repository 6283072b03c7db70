/** For tests: how the grants of the reference model end, and what was paid for them. */
import type { LedgerGrant, LedgerPayment } from './ledger.ts';
import { type Books, isLiving, iso, msOf, PRICE } from './reference-books.ts';
import type { Mutable } from './reference-plan.ts';

export class ReferenceLives {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /** A coupon's. */
  use(grant: Mutable<LedgerGrant>, at: number): void {
    this.#settle([grant], 'used', at);
  }

  /** A slot's payment: `kept` confirms it, of `lost` the money went back, `declined` took none. */
  pay(grant: Mutable<LedgerGrant>, end: 'kept' | 'lost' | 'declined', at: number): void {
    const id = `p${this.#books.payments.length + 1}`;
    const state = ({ kept: 'succeeded', lost: 'refunded', declined: 'failed' } as const)[end];
    const payment: LedgerPayment = {
      ...{ type: 'payment', id, serial: grant.serial, userId: grant.userId, method: 'sandbox', state, amount: PRICE },
      ...{ createdAt: iso(at), askedAt: iso(at), decidedAt: iso(at), refundedAt: end === 'lost' ? iso(at) : null },
      ...{ checkAt: null, failure: end === 'kept' ? null : end },
    };
    this.#books.payments.push(payment);
    if (end !== 'declined')
      this.#books.charges.push({ type: 'charge', orderId: id, amount: PRICE, refunded: end === 'lost' });
    if (end !== 'kept') return;
    grant.paymentId = id;
    this.#settle([grant], 'confirmed', at);
  }

  giveBack(grant: Mutable<LedgerGrant>, at: number): void {
    this.#release([grant], grant.state === 'issued' ? 'cancelled' : 'returned', at);
  }

  /** Ends what has expired. A coupon was its holder's to the end and is spent. */
  expire(at: number): void {
    const over = this.#books.grants.filter((grant) => isLiving(grant) && msOf(grant.expiresAt ?? '') <= at);
    if (this.#books.plan.kind === 'coupon') this.#settle(over, 'expired', at);
    else this.#release(over, 'expired', at);
  }

  #settle(grants: readonly Mutable<LedgerGrant>[], state: string, at: number): void {
    for (const grant of grants) Object.assign(grant, { state, settledAt: iso(at) });
    this.#told('settled', grants, state, at);
  }

  #release(grants: readonly Mutable<LedgerGrant>[], state: string, at: number): void {
    for (const grant of grants) Object.assign(grant, { state, releasedAt: iso(at) });
    this.#told('released', grants, state, at);
  }

  #told(kind: 'settled' | 'released', grants: readonly LedgerGrant[], state: string, at: number): void {
    if (grants.length > 0) this.#books.append(kind, at, { state, serials: grants.map(({ serial }) => serial) });
  }
}
