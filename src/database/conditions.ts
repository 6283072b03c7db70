/** The conditions of a list. Those that are not set are not in the statement, so that the others find their indexes. */
export class Conditions {
  readonly #texts: string[] = [];
  /** What the places stand for, in their order. */
  readonly values: unknown[] = [];

  /** The place of a value: `$1` … */
  place(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(condition: string): void {
    this.#texts.push(condition);
  }

  /** Unless the value is undefined. */
  when(value: unknown, condition: (place: string) => string): void {
    if (value !== undefined) this.add(condition(this.place(value)));
  }

  /** With `where`, or nothing. */
  get text(): string {
    return this.#texts.length === 0 ? '' : `where ${this.#texts.join(' and ')}`;
  }
}
