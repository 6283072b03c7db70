/**
 * What this process decided and answered, by drop and second of the ledger's clock. Each thing is counted by who knows that it is new:
 *
 *   decided   by whoever committed it, once a commit: a gateway, a sequencer, a worker. A repeat of what was decided before is none, and a unit that goes to the head of the waiting line is
 *             granted as any other
 *   at gate   refused from memory, by the gateway
 *   faults    no outcome, by the gateway
 *
 * So the sum of `granted` over all processes is the number of the drop's units that were ever granted, `serials`: test/contracts/grant-ledger-world.ts holds each commit to it, and
 * test/integration/reports.test.ts a fleet. Missing is only what nobody could count: of a process that was killed within its second, or that never heard whether its commit was one.
 *
 * Counting is on the way of every claim, and so is nothing but a look into a map and an addition.
 *
 *   counted ──its second is over──> over ──taken──> written (sale-seconds.ts)
 *
 * A count belongs to the second in which it was made, and a second that is over stays as it is. The clock follows the database's and may be set back a little: then the running second
 * goes on for so long. Set back by more, the same seconds come again, and belong to another `run`, so that what is written of them is not taken for what was written before.
 */
import type { Decided } from '../ledger/ledger.ts';
import { bucketOf, type LatencyCounts, noLatencies } from './latencies.ts';

const SET_BACK_SECONDS_MAX = 10;

export interface SaleSecond extends Decided {
  readonly dropId: string;
  /** Since 1970. */
  readonly second: number;
  readonly run: number;
  faults: number;
  /** Of the refusals, those from memory. */
  atGate: number;
  /** Of what the ledger answered, repeats included; null until it has answered. */
  latencies: LatencyCounts | null;
}

export class Tally {
  #second = 0;
  #run = 0;
  #counts = new Map<string, SaleSecond>();
  #over: SaleSecond[] = [];

  /** A refusal from memory. */
  atGate(dropId: string, outcome: 'not_open' | 'closed' | 'sold_out', nowMs: number): void {
    const counts = this.#of(dropId, nowMs);
    counts.atGate += 1;
    if (outcome === 'sold_out') counts.soldOut += 1;
    else if (outcome === 'closed') counts.closed += 1;
    else counts.notOpen += 1;
  }

  /** In one commit, or in a part of one. */
  decided(dropId: string, decided: Decided, nowMs: number): void {
    const { granted, soldOut, limitReached, closed, notOpen } = decided;
    if (granted + soldOut + limitReached + closed + notOpen === 0) return;
    const counts = this.#of(dropId, nowMs);
    counts.granted += granted;
    counts.soldOut += soldOut;
    counts.limitReached += limitReached;
    counts.closed += closed;
    counts.notOpen += notOpen;
  }

  /** Only for drops that there are: nobody may make this grow with names of their own. */
  fault(dropId: string, nowMs: number): void {
    this.#of(dropId, nowMs).faults += 1;
  }

  /** From a claim's reception to the ledger's answer. */
  took(dropId: string, tookMs: number, nowMs: number): void {
    const counts = this.#of(dropId, nowMs);
    counts.latencies ??= noLatencies();
    const bucket = bucketOf(tookMs);
    counts.latencies[bucket] = (counts.latencies[bucket] ?? 0) + 1;
  }

  /** The seconds that are over, once each; all of them with `nowMs` infinite. */
  take(nowMs: number): SaleSecond[] {
    if (nowMs === Number.POSITIVE_INFINITY) this.#turn(this.#second + 1);
    else this.#look(Math.floor(nowMs / 1000));
    const over = this.#over;
    this.#over = [];
    return over;
  }

  #of(dropId: string, nowMs: number): SaleSecond {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) this.#look(second);
    let counts = this.#counts.get(dropId);
    if (counts === undefined) {
      counts = {
        ...{ dropId, second: this.#second, run: this.#run, latencies: null },
        ...{ granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0, faults: 0, atGate: 0 },
      };
      this.#counts.set(dropId, counts);
    }
    return counts;
  }

  #look(second: number): void {
    if (second > this.#second) this.#turn(second);
    else if (second < this.#second - SET_BACK_SECONDS_MAX) {
      this.#run += 1;
      this.#turn(second);
    }
  }

  #turn(second: number): void {
    for (const counts of this.#counts.values()) this.#over.push(counts);
    this.#counts = new Map();
    this.#second = second;
  }
}
