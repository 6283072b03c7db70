/**
 * Keeps those who wait told of their place: at most once a second and drop, on the sockets that watch the drop, and only those whose place has changed. One query per
 * drop, however many watch.
 */
import type { Queryable } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Listener } from '../realtime/listener.ts';
import { lineMessage } from '../realtime/messages.ts';
import { lineOf } from './store.ts';

const LOOK_EVERY_MS = 1_009;

export interface LiveLineParts {
  readonly catalogue: Catalogue;
  readonly database: Queryable;
  /** The drops that somebody watches, with their watchers. */
  readonly watched: () => Iterable<readonly [dropId: string, watchers: ReadonlySet<Listener>]>;
}

interface Line {
  /** As of this entry of the drop's log. */
  entries: number;
  /** What each listener was told last. */
  told: WeakMap<Listener, number>;
}

export class LiveLine {
  readonly #parts: LiveLineParts;
  readonly #lines = new Map<string, Line>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(parts: LiveLineParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const seen = new Set<string>();
    try {
      for (const [dropId, watchers] of this.#parts.watched()) {
        const drop = this.#parts.catalogue.known(dropId);
        if (drop === undefined || !drop.waitingLine) continue;
        seen.add(dropId);
        const line = this.#lines.get(dropId) ?? { entries: -1, told: new WeakMap() };
        this.#lines.set(dropId, line);
        if (line.entries === drop.entries) continue;
        const { entries } = drop;
        await this.#tell(dropId, line, [...watchers]);
        line.entries = entries;
      }
    } catch {
      // The database is away: nobody's place changes meanwhile, and the next look tells.
    } finally {
      for (const dropId of this.#lines.keys()) if (!seen.has(dropId)) this.#lines.delete(dropId);
      this.#looking = false;
    }
  }

  async #tell(dropId: string, { told }: Line, watchers: readonly Listener[]): Promise<void> {
    const members = watchers.filter(({ identity }) => identity !== undefined);
    const userIds = [...new Set(members.map(({ identity }) => identity?.accountId ?? ''))];
    const { waiting, places } = await lineOf(this.#parts.database, dropId, userIds);
    for (const listener of members) {
      const place = places.get(listener.identity?.accountId ?? '');
      if (place?.position === told.get(listener)) continue;
      if (place === undefined) told.delete(listener);
      else told.set(listener, place.position);
      listener.send(lineMessage(dropId, place, waiting));
    }
  }
}
