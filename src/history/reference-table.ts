/** For tests: the one decision of the reference model, and what an administrator may change. */
import type { Attempt, Outcome } from './attempt.ts';
import type { LedgerClaim, LedgerOutcome } from './ledger.ts';
import { type Books, iso } from './reference-books.ts';
import type { Fate } from './reference-plan.ts';

export { codeOf } from './reference-books.ts';

export interface Press {
  readonly userId: string;
  readonly requestId: string;
  readonly sentAt: number;
  readonly fate: Fate;
  readonly place: number;
}

export function refusal(outcome: Outcome, arrival: number | null): Partial<Attempt> {
  return { outcome, arrival, status: outcome === 'not_open' ? 425 : 409 };
}

export class Table {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /** What a gate that knows the ledger as it stands would refuse this user with; `null`: it lets the claim through. */
  gate(userId: string): LedgerOutcome | null {
    const outcome = this.#outcomeFor(userId);
    return outcome === 'granted' ? null : outcome;
  }

  decide(presses: readonly Pick<Press, 'userId' | 'requestId'>[], at: number): LedgerClaim[] {
    if (presses.length === 0) return [];
    const firstArrival = this.#books.claims.length + 1;
    const firstSerial = this.#books.grants.length + 1;
    const decided = presses.map((press) => this.#decideOne(press, at));
    this.#books.append('claims', at, {
      firstArrival,
      firstSerial,
      outcomes: decided.map((claim) => claim.outcome[0]).join(''),
      userIds: decided.map((claim) => claim.userId),
      requestIds: decided.map((claim) => claim.requestId),
    });
    return decided;
  }

  #decideOne({ userId, requestId }: Pick<Press, 'userId' | 'requestId'>, at: number): LedgerClaim {
    const arrival = this.#books.claims.length + 1;
    const outcome = this.#outcomeFor(userId);
    const serial = outcome === 'granted' ? this.#books.give(userId, arrival, at) : null;
    const claim = { type: 'claim' as const, userId, requestId, arrival, outcome, serial, claimedAt: iso(at) };
    this.#books.claims.push(claim);
    return claim;
  }

  #outcomeFor(userId: string): LedgerOutcome {
    if (this.#books.cancelledAt !== null) return 'closed';
    if (this.#books.heldBy(userId) >= this.#books.perUserLimit) return 'limit_reached';
    return this.#books.left() > 0 ? 'granted' : 'sold_out';
  }

  /** What clients are told of a claim: its first answer. */
  told({ outcome, arrival, serial }: LedgerClaim): Partial<Attempt> {
    if (outcome !== 'granted' || serial === null) return refusal(outcome, arrival);
    const code = this.#books.grants[serial - 1]?.code ?? null;
    return { outcome, arrival, serial, grantId: `7-${serial}`, code, status: 201 };
  }

  raise(by: number, at: number): void {
    this.#books.stock += by;
    this.#books.append('amended', at, { changes: { stock: this.#books.stock } });
  }

  switchLine(at: number): void {
    this.#books.lineIsOn = !this.#books.lineIsOn;
    this.#books.append('amended', at, { changes: { waitingLine: this.#books.lineIsOn } });
  }

  lowerLimit(at: number): void {
    this.#books.perUserLimit = 1;
    this.#books.append('amended', at, { changes: { perUserLimit: 1 } });
  }

  cancel(at: number): void {
    if (this.#books.cancelledAt !== null) return;
    this.#books.cancelledAt = iso(at);
    this.#books.append('cancelled', at, {});
  }
}
