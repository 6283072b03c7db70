/**
 * At most one claim per user and drop on its way at a time (S-04). Losing this lock costs work, never a wrong answer: the ledger refuses repeats by itself.
 *
 *   free ──acquire──> held by this request, in this process
 *     ▲                 │ acquire by the same request: passes, wherever it comes; the holder stays who it was
 *     │                 │ acquire by another request: refused
 *     └── release by its holder; or, between processes, a time-out: a dead gateway blocks nobody
 *
 * The port leaves waiting out on purpose: a second claim is told at once that the first is being decided.
 */
export interface InFlightLock {
  /** True when the claim may go on: it holds the lock, or it passes. Promises are resolved in the order in which they were asked for. */
  acquire(dropId: string, userId: string, requestId: string): boolean | Promise<boolean>;
  /** Frees the lock if this request holds it in this process; otherwise nothing happens. */
  release(dropId: string, userId: string, requestId: string): void;
  /** The request that holds the lock now, undefined if none does or nobody can tell. */
  holds(dropId: string, userId: string): Promise<string | undefined>;
}
