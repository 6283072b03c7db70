/** The in-flight lock of a single process. No time-out: what takes it always gives it back, and it dies with the process. */
import type { InFlightLock } from '../claims/in-flight-lock.ts';

export class EmbeddedInFlightLock implements InFlightLock {
  readonly #held = new Map<string, string>();

  acquire(dropId: string, userId: string, requestId: string): boolean {
    const key = keyOf(dropId, userId);
    const holder = this.#held.get(key);
    if (holder !== undefined) return holder === requestId;
    this.#held.set(key, requestId);
    return true;
  }

  release(dropId: string, userId: string, requestId: string): void {
    const key = keyOf(dropId, userId);
    if (this.#held.get(key) === requestId) this.#held.delete(key);
  }

  async holds(dropId: string, userId: string): Promise<string | undefined> {
    return this.#held.get(keyOf(dropId, userId));
  }
}

function keyOf(dropId: string, userId: string): string {
  return `${dropId} ${userId}`;
}
