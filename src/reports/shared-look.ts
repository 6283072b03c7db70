/** A look at the database that many share: one under way at a time, and one per period, whoever asks. What failed is not remembered. */
export class SharedLook<Value> {
  readonly #look: () => Promise<Value>;
  #value: Promise<Value> | undefined;
  #period = Number.NaN;
  #underWay = false;

  constructor(look: () => Promise<Value>) {
    this.#look = look;
  }

  /** As of this period (any number that changes when what was seen is too old), or of the look under way. */
  get(period: number): Promise<Value> {
    if (this.#value !== undefined && (this.#underWay || period === this.#period)) return this.#value;
    this.#period = period;
    this.#underWay = true;
    const value = this.#look();
    this.#value = value;
    // Both at once: who asks again as soon as they hear of a failure must not be taken for somebody who asks meanwhile.
    value.then(
      () => {
        this.#underWay = false;
      },
      () => {
        this.#underWay = false;
        this.#value = undefined;
      },
    );
    return value;
  }
}
