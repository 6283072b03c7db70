/**
 * The sale, replayed from the drop's log. The log is one total order, so before each entry everything is known exactly:
 * the terms, how many units were out, how many of them in each user's hands, who waited.
 *
 *   steps     each claim, and each unit offered to the line: what was decided, and what was true just before
 *   moves     each place in the line that was taken, given up, served or passed over
 *   endings   each grant that ended, and the state it ended from
 *   moments   the drop after each entry
 *
 * and where the log ends: the grants, the places, and the units that claims got from the line, for comparison with the tables.
 *
 * The walk judges nothing and trusts nothing. What it cannot read it leaves out (`unreadable`); a unit that goes back twice
 * is counted once; a place that nobody holds is moved from all the same. The rules say what was wrong about it.
 */

import {
  type ClaimsEvent,
  type EndingEvent,
  type LogEvent,
  type OfferedEvent,
  readEvent,
} from '../ledger/log-event.ts';
import { type Conditions, Terms } from './conditions.ts';
import type { Ledger, LedgerEntry, LedgerOutcome } from './ledger.ts';
import { WaitingLine } from './waiting-line.ts';

export interface Step {
  readonly entry: LedgerEntry;
  /** `offered`: the claim was refused with `sold_out` before, and its user waited. */
  readonly outcome: LedgerOutcome | 'offered';
  readonly userId: string;
  readonly requestId: string;
  readonly arrival: number;
  readonly serial: number | null;
  readonly conditions: Conditions;
  /** Units out just before, of everybody. */
  readonly out: number;
  /** Units out just before, of this user. */
  readonly outOfUser: number;
  /** How many waited just before. */
  readonly waiting: number;
}

export interface Move {
  readonly entry: LedgerEntry;
  readonly kind: 'joined' | 'left' | 'offered' | 'passed';
  readonly arrival: number;
  /** `undefined`: somebody was passed over at a place where nobody waited. */
  readonly userId: string | undefined;
  /** The claim that was refused with `sold_out` and has this arrival, if the log has told of one. */
  readonly claim: Step | undefined;
  /** How this claim's turn in the line had ended before. */
  readonly turnBefore: 'offered' | 'passed' | undefined;
  /** Where this user waited just before. */
  readonly placeBefore: number | undefined;
  readonly outOfUser: number;
  readonly conditions: Conditions;
  /** The first arrival that still waits when the whole entry is done. */
  readonly nextInLine: number | undefined;
}

export interface Ending {
  readonly entry: LedgerEntry;
  readonly kind: 'released' | 'settled';
  readonly serial: number;
  readonly to: string;
  /** `undefined`: the log has told of no such grant before. */
  readonly from: string | undefined;
}

export interface Moment {
  readonly entry: LedgerEntry;
  readonly conditions: Conditions;
  readonly out: number;
  readonly waiting: number;
}

export interface WalkedGrant {
  readonly userId: string;
  readonly arrival: number;
  state: string;
  settled: boolean;
  released: boolean;
}

export interface WalkedPlace {
  readonly arrival: number;
  readonly state: 'waiting' | 'offered' | 'left' | 'passed';
  readonly serial: number | null;
}

export interface Walk {
  readonly steps: readonly Step[];
  readonly moves: readonly Move[];
  readonly endings: readonly Ending[];
  /** One per entry, the unreadable ones too. */
  readonly moments: readonly Moment[];
  readonly grants: ReadonlyMap<number, WalkedGrant>;
  /** The last place of everybody who ever had one, by user. */
  readonly places: ReadonlyMap<string, WalkedPlace>;
  /** The units that claims got from the line, by arrival. */
  readonly offeredSerials: ReadonlyMap<number, number>;
  readonly unreadable: readonly LedgerEntry[];
}

/** Walks the entries as they stand. O(n log n). */
export function walkLog(ledger: Ledger): Walk {
  const walker = new Walker(ledger);
  for (const entry of ledger.entries) walker.take(entry);
  return walker;
}

type Decided = Pick<Step, 'outcome' | 'userId' | 'requestId' | 'arrival' | 'serial'>;
type Place = Pick<Move, 'kind' | 'arrival' | 'userId'>;

class Walker implements Walk {
  readonly steps: Step[] = [];
  readonly moves: Move[] = [];
  readonly endings: Ending[] = [];
  readonly moments: Moment[] = [];
  readonly grants = new Map<number, WalkedGrant>();
  readonly places = new Map<string, WalkedPlace>();
  readonly offeredSerials = new Map<number, number>();
  readonly unreadable: LedgerEntry[] = [];
  readonly #terms: Terms;
  readonly #stateAtFirst: string;
  readonly #line = new WaitingLine();
  readonly #outOfUser = new Map<string, number>();
  readonly #soldOutClaims = new Map<number, Step>();
  readonly #turns = new Map<number, 'offered' | 'passed'>();
  #conditions: Conditions;
  #out = 0;

  constructor(ledger: Ledger) {
    this.#terms = new Terms(ledger);
    this.#conditions = this.#terms.first;
    this.#stateAtFirst = ledger.drop.kind === 'coupon' ? 'issued' : 'held';
  }

  take(entry: LedgerEntry): void {
    const event = readEvent(entry);
    if (event === undefined) this.unreadable.push(entry);
    else this.#apply(entry, event);
    this.moments.push({ entry, conditions: this.#conditions, out: this.#out, waiting: this.#line.length });
  }

  #apply(entry: LedgerEntry, event: LogEvent): void {
    switch (event.kind) {
      case 'created':
        return;
      case 'amended':
        this.#conditions = this.#terms.amended(this.#conditions, event.terms);
        return;
      case 'cancelled':
        this.#conditions = { ...this.#conditions, cancelled: true };
        return;
      case 'claims':
        this.#claim(entry, event);
        return;
      case 'released':
      case 'settled':
        this.#end(entry, event);
        return;
      case 'joined':
      case 'left':
        for (const [index, arrival] of event.arrivals.entries())
          this.#move(entry, [{ kind: event.kind, arrival, userId: event.userIds[index] ?? '' }]);
        return;
      case 'offered':
        this.#offer(entry, event);
    }
  }

  #claim(entry: LedgerEntry, { firstArrival, firstSerial, outcomes, userIds, requestIds }: ClaimsEvent): void {
    let nextSerial = firstSerial;
    for (const [index, outcome] of outcomes.entries()) {
      const serial = outcome === 'granted' ? nextSerial++ : null;
      const ids = { userId: userIds[index] ?? '', requestId: requestIds[index] ?? '', arrival: firstArrival + index };
      const step = this.#decide(entry, { outcome, ...ids, serial });
      if (outcome === 'sold_out') this.#soldOutClaims.set(step.arrival, step);
    }
  }

  #offer(entry: LedgerEntry, { firstSerial, arrivals, userIds, passed }: OfferedEvent): void {
    const offered = arrivals.map((arrival, index) => ({ arrival, userId: userIds[index] ?? '' }));
    this.#move(entry, [
      ...offered.map((place) => ({ kind: 'offered' as const, ...place })),
      ...passed.map((arrival) => ({ kind: 'passed' as const, arrival, userId: this.#line.userAt(arrival) })),
    ]);
    for (const [index, { arrival, userId }] of offered.entries()) {
      const serial = firstSerial + index;
      const requestId = this.#soldOutClaims.get(arrival)?.requestId ?? '';
      this.#decide(entry, { outcome: 'offered', userId, requestId, arrival, serial });
      this.offeredSerials.set(arrival, serial);
      this.places.set(userId, { state: 'offered', arrival, serial });
    }
  }

  #decide(entry: LedgerEntry, decided: Decided): Step {
    const { userId, arrival, serial } = decided;
    const outOfUser = this.#outOfUser.get(userId) ?? 0;
    const waiting = this.#line.length;
    const step = { entry, ...decided, conditions: this.#conditions, out: this.#out, outOfUser, waiting };
    this.steps.push(step);
    if (serial === null) return step;
    this.#out += 1;
    this.#outOfUser.set(userId, outOfUser + 1);
    this.grants.set(serial, { userId, arrival, state: this.#stateAtFirst, settled: false, released: false });
    return step;
  }

  #end(entry: LedgerEntry, { kind, state, serials }: EndingEvent): void {
    for (const serial of serials) {
      const grant = this.grants.get(serial);
      this.endings.push({ entry, kind, serial, to: state, from: grant?.state });
      if (grant === undefined) continue;
      grant.state = state;
      if (kind === 'settled') grant.settled = true;
      else if (!grant.released) {
        grant.released = true;
        this.#out -= 1;
        this.#outOfUser.set(grant.userId, (this.#outOfUser.get(grant.userId) ?? 0) - 1);
      }
    }
  }

  /** The places that one change moves together: what is told of each is how it was before all of them, and who is next after. */
  #move(entry: LedgerEntry, places: readonly Place[]): void {
    const moves = places.map((place) => ({
      entry,
      ...place,
      claim: this.#soldOutClaims.get(place.arrival),
      turnBefore: this.#turns.get(place.arrival),
      placeBefore: place.userId === undefined ? undefined : this.#line.arrivalOf(place.userId),
      outOfUser: this.#outOfUser.get(place.userId ?? '') ?? 0,
      conditions: this.#conditions,
    }));
    for (const { kind, arrival, userId } of places) {
      if (kind === 'joined') this.#line.join(userId ?? '', arrival);
      else this.#line.leave(arrival);
      if (kind === 'offered' || kind === 'passed') this.#turns.set(arrival, kind);
      const state = kind === 'joined' ? 'waiting' : kind;
      if (userId !== undefined) this.places.set(userId, { state, arrival, serial: null });
    }
    const nextInLine = this.#line.head();
    for (const move of moves) this.moves.push({ ...move, nextInLine });
  }
}
