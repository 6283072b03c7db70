/**
 * Who waits, and who is first: a heap of arrivals. Whoever gives up a place in the middle is only struck out; the heap
 * loses them when they come to its head. So each step costs O(log n), however long the line.
 */
export class WaitingLine {
  readonly #userByArrival = new Map<number, string>();
  readonly #arrivalByUser = new Map<string, number>();
  readonly #heap: number[] = [];

  get length(): number {
    return this.#userByArrival.size;
  }

  userAt(arrival: number): string | undefined {
    return this.#userByArrival.get(arrival);
  }

  arrivalOf(userId: string): number | undefined {
    return this.#arrivalByUser.get(userId);
  }

  /** The smallest arrival that waits. */
  head(): number | undefined {
    while (this.#heap[0] !== undefined && !this.#userByArrival.has(this.#heap[0])) this.#removeFirst();
    return this.#heap[0];
  }

  /** A log that gives one person two places, or one place to two people, is broken: the later one counts. */
  join(userId: string, arrival: number): void {
    const before = this.#arrivalByUser.get(userId);
    if (before !== undefined) this.leave(before);
    this.leave(arrival);
    this.#userByArrival.set(arrival, userId);
    this.#arrivalByUser.set(userId, arrival);
    this.#insert(arrival);
  }

  /** Does nothing when nobody waits there. */
  leave(arrival: number): void {
    const userId = this.#userByArrival.get(arrival);
    if (userId === undefined) return;
    this.#userByArrival.delete(arrival);
    this.#arrivalByUser.delete(userId);
  }

  #insert(arrival: number): void {
    let place = this.#heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#at(above);
      if (other <= arrival) break;
      this.#heap[place] = other;
      place = above;
    }
    this.#heap[place] = arrival;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const below = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(below) >= last) break;
      this.#heap[place] = this.#at(below);
      place = below;
    }
    this.#heap[place] = last;
  }

  #at(place: number): number {
    return this.#heap[place] ?? Number.POSITIVE_INFINITY;
  }
}
