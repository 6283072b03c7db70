/** For tests: the waiting line of the reference model. */
import type { LedgerClaim } from './ledger.ts';
import { type Books, iso } from './reference-books.ts';

export class ReferenceLine {
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  /** A claim that has had its turn does not wait again; another of the same user may. */
  join({ userId, arrival, outcome, serial }: LedgerClaim, at: number): void {
    const books = this.#books;
    const before = books.waiters.find((waiter) => waiter.userId === userId);
    if (outcome !== 'sold_out' || serial !== null || !books.lineIsOn || books.cancelledAt !== null) return;
    if (before?.state === 'waiting' || books.heldBy(userId) >= books.perUserLimit) return;
    if (before !== undefined && before.state !== 'left' && arrival <= before.arrival) return;
    const waiter = { type: 'waiter' as const, userId, arrival, state: 'waiting', serial: null, joinedAt: iso(at) };
    if (before === undefined) books.waiters.push(waiter);
    else Object.assign(before, waiter);
    books.append('joined', at, { arrivals: [arrival], userIds: [userId] });
  }

  leave(userId: string, at: number): void {
    const waiter = this.#books.line().find((one) => one.userId === userId);
    if (waiter === undefined) return;
    waiter.state = 'left';
    this.#books.append('left', at, { arrivals: [waiter.arrival], userIds: [userId] });
  }

  /** Gives what is left to the head, at once. */
  offer(at: number): void {
    const books = this.#books;
    if (!books.lineIsOn || books.cancelledAt !== null) return;
    const firstSerial = books.grants.length + 1;
    const served: { arrival: number; userId: string }[] = [];
    const passed: number[] = [];
    for (const waiter of books.line()) {
      if (books.out().length >= books.stock) break;
      const { userId, arrival } = waiter;
      if (books.heldBy(userId) >= books.perUserLimit) {
        waiter.state = 'passed';
        passed.push(arrival);
        continue;
      }
      const serial = books.give(userId, arrival, at);
      Object.assign(waiter, { state: 'offered', serial });
      Object.assign(books.claims[arrival - 1] ?? {}, { serial });
      served.push({ arrival, userId });
    }
    if (served.length + passed.length === 0) return;
    const arrivals = served.map(({ arrival }) => arrival);
    books.append('offered', at, { firstSerial, arrivals, userIds: served.map(({ userId }) => userId), passed });
  }
}
