/**
 * The drops as this process knows them, for everything that is read a hundred thousand times at ten sharp: pages, gates, live stock. Reading costs no
 * query. A drop is loaded when it is first asked for; after that the ledger's answers and administrators' changes keep it current, newest wins (by `entries`).
 */
import type { Queryable } from '../database/database.ts';
import type { DropStanding } from '../ledger/ledger.ts';
import { type Drop, standingOf } from './drop.ts';
import { type DropFilter, dropsById, listDrops } from './store.ts';

/** Beyond this the drop that was loaded first goes; it is loaded again when somebody asks. */
const DROPS_MAX = 5_000;
/** How old a list may be, and how long an id is known to be nobody's. */
const FRESH_MS = 500;
const LISTS_MAX = 200;
/** Ids that are being looked for, or were just now: beyond this, all are looked for again. */
const LOOKED_FOR_MAX = 10_000;

interface Remembered<Value> {
  readonly value: Promise<Value>;
  readonly untilMs: number;
}

export class Catalogue {
  readonly #database: Queryable;
  readonly #drops = new Map<string, Drop>();
  /** How many entries a drop had when its words (title, picture, terms) were read; where it stands may be newer. */
  readonly #wordsAt = new Map<string, number>();
  readonly #loading = new Map<string, Remembered<Drop | undefined>>();
  readonly #lists = new Map<string, Remembered<Drop[]>>();

  constructor(database: Queryable) {
    this.#database = database;
  }

  /** The drop, if this process knows it already. */
  known(id: string): Drop | undefined {
    return this.#drops.get(id);
  }

  /** The drop, loaded if need be; undefined if there is none. Many who ask for the same one at once cost one query. */
  async load(id: string): Promise<Drop | undefined> {
    return this.#drops.get(id) ?? (await this.loadAll([id])).get(id);
  }

  /** Of these those that there are, by id; with one query for all that nobody has looked for just now. */
  async loadAll(ids: readonly string[]): Promise<Map<string, Drop>> {
    const nowMs = Date.now();
    const unknown = ids.filter((id) => !this.#drops.has(id) && (this.#loading.get(id)?.untilMs ?? 0) <= nowMs);
    if (unknown.length > 0) this.#look(unknown, nowMs + FRESH_MS);
    const drops = await Promise.all(ids.map((id) => this.#drops.get(id) ?? this.#loading.get(id)?.value));
    return new Map(drops.filter((drop) => drop !== undefined).map((drop) => [drop.id, drop]));
  }

  #look(ids: readonly string[], untilMs: number): void {
    if (this.#loading.size + ids.length > LOOKED_FOR_MAX) this.#loading.clear();
    const all = dropsById(this.#database, ids);
    for (const id of ids) {
      const value: Promise<Drop | undefined> = all.then((drops) => {
        const drop = drops.get(id);
        // What was forgotten while it was read may be no more.
        return drop && this.#loading.get(id)?.value === value ? this.put(drop) : drop;
      });
      this.#loading.set(id, { value, untilMs });
      value.catch(() => this.#loading.delete(id));
    }
  }

  /** A list as of at most half a second ago, each drop with where it stands now. */
  async list(filter: DropFilter): Promise<Drop[]> {
    const drops = await remember(this.#lists, JSON.stringify(filter), () => listDrops(this.#database, filter));
    return drops.map((drop) => this.#newer(drop));
  }

  /** Takes a drop as read from the database; keeps what it has if that is newer. Returns what it keeps. */
  put(drop: Drop): Drop {
    const kept = this.#newer(drop);
    this.#drops.set(drop.id, kept);
    this.#wordsAt.set(drop.id, Math.max(drop.entries, this.#wordsAt.get(drop.id) ?? 0));
    if (this.#drops.size > DROPS_MAX) {
      for (const oldest of this.#drops.keys()) {
        this.#drops.delete(oldest);
        this.#wordsAt.delete(oldest);
        break;
      }
    }
    return kept;
  }

  /** Takes where the drop stands after a batch. */
  follow(id: string, standing: DropStanding): void {
    const drop = this.#drops.get(id);
    if (drop !== undefined && standing.entries > drop.entries) this.#drops.set(id, { ...drop, ...standing });
  }

  /** After a change by an administrator, lists show it at once. */
  changed(drop: Drop): Drop {
    this.#lists.clear();
    return this.put(drop);
  }

  /** How many entries the log of each known drop has, as far as this process knows. */
  entriesByDrop(): Map<string, number> {
    return new Map([...this.#drops].map(([id, { entries }]) => [id, entries]));
  }

  forget(id: string): void {
    this.#drops.delete(id);
    this.#wordsAt.delete(id);
    this.#loading.delete(id);
    this.#lists.clear();
  }

  /** Its words and where it stands, each as of the higher number of entries, whichever answer came first. */
  #newer(drop: Drop): Drop {
    const known = this.#drops.get(drop.id);
    if (known === undefined || known.entries <= drop.entries) return drop;
    if ((this.#wordsAt.get(drop.id) ?? 0) > drop.entries) return known;
    return { ...drop, ...standingOf(known) };
  }
}

/** One query per key and `FRESH_MS`, shared by all who ask meanwhile. A failed one is not remembered. */
function remember<Value>(
  memory: Map<string, Remembered<Value>>,
  key: string,
  ask: () => Promise<Value>,
): Promise<Value> {
  const nowMs = Date.now();
  const remembered = memory.get(key);
  if (remembered !== undefined && remembered.untilMs > nowMs) return remembered.value;
  if (memory.size >= LISTS_MAX) memory.clear();
  const value = ask();
  memory.set(key, { value, untilMs: nowMs + FRESH_MS });
  value.catch(() => memory.delete(key));
  return value;
}
