/** Whether anything leaves a connection: what was written to it, against what of that still waits. Asked once a second. */

/** About ten seconds. Looks are counted, not time: while this process stood still, nobody could read. */
const STUCK_LOOKS = 10;

export class Outflow {
  #written = 0;
  #left = 0;
  #looks = 0;

  wrote(bytes: number): void {
    this.#written += bytes;
  }

  /** True when something has waited for ten looks in a row, and nothing of it has left. */
  isStuck(unsentBytes: number): boolean {
    const left = this.#written - unsentBytes;
    if (unsentBytes > 0 && left <= this.#left) {
      this.#looks += 1;
    } else {
      this.#looks = 0;
      this.#left = left;
    }
    return this.#looks >= STUCK_LOOKS;
  }
}
