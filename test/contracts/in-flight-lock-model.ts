/** What the in-flight lock should do, as simply as it can be said. */
export class InFlightLockModel {
  readonly #held = new Map<string, { requestId: string; holder: number }>();

  acquire(holder: number, userId: string, requestId: string): boolean {
    const held = this.#held.get(userId);
    if (held !== undefined) return held.requestId === requestId;
    this.#held.set(userId, { requestId, holder });
    return true;
  }

  release(holder: number, userId: string, requestId: string): void {
    const held = this.#held.get(userId);
    if (held?.requestId === requestId && held.holder === holder) this.#held.delete(userId);
  }

  holds(userId: string): string | undefined {
    return this.#held.get(userId)?.requestId;
  }
}
