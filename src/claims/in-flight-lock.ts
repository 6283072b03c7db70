/**
 * At most one claim per user and drop on its way at a time (S-04). Losing this lock costs work, never a wrong answer: the ledger refuses repeats by itself.
 *
 * The port leaves waiting out on purpose: a second claim is told at once that the first is being decided.
 */
export interface InFlightLock {
  /** True when the caller now holds the lock. `requestId` is the token: only its holder releases it. */
  acquire(dropId: string, userId: string, requestId: string): boolean | Promise<boolean>;
  release(dropId: string, userId: string, requestId: string): void;
}
