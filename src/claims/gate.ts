/**
 * The gate: refuses from memory what the ledger would refuse anyway, so that the ninety-nine thousand who come too early or too late cost the ledger
 * nothing. It never lets anybody win.
 *
 *   scheduled   refuse all: not_open
 *   open        let through
 *   sold out    refuse new claims: sold_out      claims that the ledger has, or may have, are let through again: a repeat gets its first
 *   closed      refuse new claims: closed        answer from the ledger, and that includes every winner's, whichever gateway it came by
 *
 * Where the drop stands comes from the catalogue. The gate follows the drop's log: it knows all claims that entries 1 to `entries` tell of. It refuses only when
 * it has read the log as far as the standing that it refuses by; while it is behind, it lets through. Then a claim that it does not know has not been
 * answered by what it has read, nor by anything that made the drop sold out.
 *
 *   complete ──an entry is missing (another process's, not heard of yet)──> behind ──the log is read──> complete
 *
 * Closing comes with the hour, and no entry tells of it: a claim may have won on another gateway in the last millisecond. So after the close the gate lets through
 * until the log has been read once more, behind whatever was being decided then (`seal`).
 *
 * Beside the log it remembers claims whose batch is in doubt. All that is bounded by what the queue took: the stock, what stood in the queue when the last
 * unit went, and, while there are units, presses beyond the limit, as many as the rate per user lets through.
 *
 * A gate may be late. When it has not heard of the last unit, it lets through claims that the ledger then refuses. When it has not heard of a unit that came back, or of
 * more stock, it refuses for that moment what the ledger would grant; such a refusal takes nothing, and the same claim may be repeated.
 */
import { type Drop, stateOf } from '../drops/drop.ts';
import type { ClaimRequest } from '../ledger/ledger.ts';

export type GateRefusal = 'not_open' | 'closed' | 'sold_out';

/** Entries that came before their predecessors. More are not kept: the log is read instead. */
const EARLY_ENTRIES_MAX = 1_000;

interface Heard {
  readonly last: number;
  readonly claims: readonly ClaimRequest[];
}

export class Gate {
  readonly #remembered = new Set<string>();
  /** By the number of the first entry that they tell of. */
  readonly #early = new Map<number, Heard>();
  #entries = 0;
  #sealedForMs: number | undefined;

  /** Let through and not answered yet. While there are any, this gate must not be forgotten. */
  claimsOnTheirWay = 0;
  /** When somebody last claimed here; the gate that was left alone the longest goes first. */
  lastUsedMs: number;
  /** Since when an entry has been missing; undefined when none is. */
  behindSinceMs: number | undefined;

  constructor(nowMs = 0) {
    this.lastUsedMs = nowMs;
  }

  /** The log has been read so far. */
  get entries(): number {
    return this.#entries;
  }

  /** The refusal for this claim now, or undefined: then it must go to the ledger, and may do so again. */
  refuse(drop: Drop, claim: ClaimRequest, nowMs: number): GateRefusal | undefined {
    const state = stateOf(drop, nowMs);
    if (state === 'scheduled') return 'not_open';
    if (state === 'open' || this.#remembered.has(keyOf(claim)) || !this.#knowsAll(drop)) return undefined;
    if (state === 'sold_out') return 'sold_out';
    return this.needsSeal(drop, nowMs) ? undefined : 'closed';
  }

  #knowsAll(drop: Drop): boolean {
    return this.#entries >= drop.entries;
  }

  /** Whether the drop has closed by the hour, and nobody has made sure yet that its log is complete. */
  needsSeal({ cancelled, closesAtMs }: Drop, nowMs: number): boolean {
    return !cancelled && closesAtMs !== null && closesAtMs <= nowMs && this.#sealedForMs !== closesAtMs;
  }

  seal({ closesAtMs }: Drop): void {
    this.#sealedForMs = closesAtMs ?? undefined;
  }

  /** The ledger may have this claim. */
  remember(claim: ClaimRequest): void {
    this.#remembered.add(keyOf(claim));
  }

  /** The entries that one commit wrote to the log, from `first` to `last`, with the claims that they tell of. Commits may come in whichever order. */
  hear(first: number, last: number, claims: readonly ClaimRequest[], nowMs: number): void {
    if (last <= this.#entries) return;
    if (this.#early.size < EARLY_ENTRIES_MAX) this.#early.set(first, { last, claims });
    this.#takeEarly();
    if (this.#entries >= last) this.behindSinceMs = undefined;
    else this.behindSinceMs ??= nowMs;
  }

  /** All claims of the entries up to this one have been read. */
  learn(entries: number, claims: readonly ClaimRequest[]): void {
    for (const claim of claims) this.remember(claim);
    if (entries > this.#entries) this.#entries = entries;
    for (const early of this.#early.keys()) if (early <= this.#entries) this.#early.delete(early);
    this.#takeEarly();
    if (this.#early.size === 0) this.behindSinceMs = undefined;
  }

  #takeEarly(): void {
    for (;;) {
      const next = this.#early.get(this.#entries + 1);
      if (next === undefined) return;
      this.#early.delete(this.#entries + 1);
      this.#entries = next.last;
      for (const claim of next.claims) this.remember(claim);
    }
  }
}

function keyOf({ userId, requestId }: ClaimRequest): string {
  return `${userId} ${requestId}`;
}
