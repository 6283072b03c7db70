/**
 * The gates of this process, one per drop that somebody claims, kept current by the drops' logs, whoever writes them: this process, another gateway, a
 * sequencer, an administrator elsewhere.
 *
 *   heard   each commit is told to all processes (fleet/news.ts): the usual way, some milliseconds after the commit
 *   read    what is missing is read from the log: when a gate has been behind for a moment, when a drop has closed, and when the catalogue, asked from time to
 *           time, knows less than the database. Often when nothing is heard (no Redis, or it is down), seldom otherwise
 */
import type { Queryable } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Drop } from '../drops/drop.ts';
import { awaitDecisions, dropWithClaims, entriesOf } from '../drops/store.ts';
import type { LedgerNews } from '../fleet/news.ts';
import { Gate } from './gate.ts';

/** Beyond this the gate that was left alone the longest goes; it is made again from the ledger when somebody claims. */
const GATES_MAX = 1_000;
/** An entry that another process wrote a moment earlier is most often on its way. */
const PATIENCE_MS = 50;
const LOOK_EVERY_MS = 47;
const POLL_EVERY_MS = { hearing: 5_003, deaf: 251 } as const;
/** No more than one who has fallen behind needs; a closed drop needs one. */
const READ_AGAIN_AFTER_MS = 20;

export interface GatesParts {
  readonly catalogue: Catalogue;
  readonly database: { readonly expressLane: Queryable };
  readonly nowMs: () => number;
  /** Whether the news of other processes are heard; `alone`: there are none. */
  readonly hearing: () => 'alone' | boolean;
}

export class Gates {
  readonly #parts: GatesParts;
  readonly #database: Queryable;
  readonly #gates = new Map<string, Gate>();
  readonly #opening = new Map<string, Promise<Gate | undefined>>();
  /** Drops that are being read, and whether they must be read once more. */
  readonly #reading = new Map<string, boolean>();
  #look: NodeJS.Timeout | undefined;
  #pollAtMs = 0;
  #polling = false;

  constructor(parts: GatesParts) {
    this.#parts = parts;
    this.#database = parts.database.expressLane;
  }

  start(): void {
    this.#look = setInterval(() => this.#catchUpWithAll(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#look);
  }

  get(dropId: string): Gate | undefined {
    return this.#gates.get(dropId);
  }

  /** The drop's gate, which knows the claims that the ledger has already; undefined for an unknown drop. Many who come at once wait for the same one. */
  open(dropId: string): Promise<Gate | undefined> {
    const known = this.#gates.get(dropId);
    if (known !== undefined) return Promise.resolve(known);
    let opening = this.#opening.get(dropId);
    if (opening === undefined) {
      opening = this.#make(dropId).finally(() => this.#opening.delete(dropId));
      this.#opening.set(dropId, opening);
    }
    return opening;
  }

  /** A commit, of this process or another. */
  hear({ dropId, standing, firstEntry, claims, amended }: LedgerNews): void {
    const { catalogue } = this.#parts;
    const gate = this.#gates.get(dropId);
    const known = catalogue.known(dropId);
    // Processes of the version before wrote one entry a commit, and did not say which was the first.
    const first = firstEntry ?? standing.entries;
    catalogue.follow(dropId, standing);
    gate?.hear(first, standing.entries, claims, performance.now());
    if (known === undefined) return;
    // A change of terms is more than a standing. An entry that was missed may have been one; where there is a gate, it waits a moment for it.
    const missed = gate === undefined && first > known.entries + 1;
    if (amended || missed) void this.#read(dropId);
  }

  /** A gate let a claim through because it could not be sure. */
  unsure(dropId: string): void {
    void this.#read(dropId);
  }

  /** Whatever was told lately may have been missed. */
  pollNow(): void {
    this.#pollAtMs = 0;
  }

  async #make(dropId: string): Promise<Gate | undefined> {
    const found = await dropWithClaims(this.#database, dropId, 0);
    if (found === undefined) return undefined;
    this.#parts.catalogue.put(found.drop);
    const gate = new Gate(this.#parts.nowMs());
    gate.learn(found.drop.entries, found.claims);
    // News that came while it was read were told to nobody.
    if ((this.#parts.catalogue.known(dropId)?.entries ?? 0) > gate.entries) gate.behindSinceMs = performance.now();
    // Before the new one is there: those who wait for it do not count yet.
    if (this.#gates.size >= GATES_MAX) this.#forgetOne();
    this.#gates.set(dropId, gate);
    return gate;
  }

  /** The one left alone the longest, and never one that somebody waits at: a gate made anew would not know the claims that are being decided. */
  #forgetOne(): void {
    let victim: string | undefined;
    let victimUsedMs = Number.POSITIVE_INFINITY;
    for (const [dropId, { claimsOnTheirWay, lastUsedMs }] of this.#gates) {
      if (claimsOnTheirWay > 0 || lastUsedMs >= victimUsedMs) continue;
      victim = dropId;
      victimUsedMs = lastUsedMs;
    }
    if (victim !== undefined) this.#gates.delete(victim);
  }

  #catchUpWithAll(): void {
    const nowMs = performance.now();
    for (const [dropId, { behindSinceMs }] of this.#gates) {
      if (behindSinceMs !== undefined && behindSinceMs + PATIENCE_MS <= nowMs) void this.#read(dropId);
    }
    const hearing = this.#parts.hearing();
    if (hearing === 'alone' || this.#polling || nowMs < this.#pollAtMs) return;
    this.#pollAtMs = nowMs + (hearing ? POLL_EVERY_MS.hearing : POLL_EVERY_MS.deaf);
    void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    const { catalogue } = this.#parts;
    try {
      const known = catalogue.entriesByDrop();
      const entries = await entriesOf(this.#database, [...known.keys()]);
      for (const [dropId, knownEntries] of known) {
        const current = entries.get(dropId);
        // Fewer than were known: the database was restored from a backup, and what was known is not so any more.
        if (current === undefined || current < knownEntries) this.forget(dropId);
        else if (current > knownEntries || current > (this.#gates.get(dropId)?.entries ?? current)) this.unsure(dropId);
      }
    } catch {
      // The database is away: nothing can be granted meanwhile, and the next poll tells.
    } finally {
      this.#polling = false;
    }
  }

  /** The drop is gone. */
  forget(dropId: string): void {
    this.#parts.catalogue.forget(dropId);
    this.#gates.delete(dropId);
  }

  /** Reads what the log has beyond what the gate knows; one reading per drop at a time, and once more if there was news meanwhile. */
  async #read(dropId: string): Promise<void> {
    if (this.#reading.has(dropId)) {
      this.#reading.set(dropId, true);
      return;
    }
    do {
      this.#reading.set(dropId, false);
      try {
        await this.#readOnce(dropId);
      } catch {
        // Still behind: the next look tries again.
      }
      await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_AFTER_MS).unref());
    } while (this.#reading.get(dropId));
    this.#reading.delete(dropId);
  }

  async #readOnce(dropId: string): Promise<void> {
    const { catalogue, nowMs } = this.#parts;
    const gate = this.#gates.get(dropId);
    const before = catalogue.known(dropId);
    const mayBeClosed = before !== undefined && gate?.needsSeal(before, nowMs()) === true;
    const isClosed = mayBeClosed && (await awaitDecisions(this.#database, dropId));
    const found = await dropWithClaims(this.#database, dropId, gate?.entries ?? Number.MAX_SAFE_INTEGER);
    if (found === undefined) {
      this.forget(dropId);
      return;
    }
    catalogue.changed(found.drop);
    gate?.learn(found.drop.entries, found.claims);
    if (isClosed && isSameClose(before, found.drop)) gate?.seal(found.drop);
  }
}

/** The close that was waited for is still the drop's. */
function isSameClose(before: Drop | undefined, after: Drop): boolean {
  return before?.closesAtMs === after.closesAtMs;
}
