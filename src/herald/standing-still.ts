/** What could not be told: it is left alone for a while, so that it holds up nothing else, and then tried again. */
const AGAIN_AFTER_MS = 10_000;
/** More are not remembered: then something else is wrong than the one or the other of them. */
const KEPT_MAX = 1_000;

export class StandingStill {
  readonly #againAtMs = new Map<string, number>();

  add(id: string): void {
    this.#againAtMs.delete(id);
    this.#againAtMs.set(id, performance.now() + AGAIN_AFTER_MS);
    const [oldest] = this.#againAtMs.keys();
    if (this.#againAtMs.size > KEPT_MAX && oldest !== undefined) this.#againAtMs.delete(oldest);
  }

  has(id: string): boolean {
    return this.#againAtMs.has(id);
  }

  get ids(): string[] {
    return [...this.#againAtMs.keys()];
  }

  /** Those whose time it is, which are none any more. */
  takeDue(): string[] {
    const nowMs = performance.now();
    const due = [...this.#againAtMs].flatMap(([id, atMs]) => (atMs <= nowMs ? [id] : []));
    for (const id of due) this.#againAtMs.delete(id);
    return due;
  }
}
