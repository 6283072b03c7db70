/**
 * Keeps those who wait told of their place: at most once a second and drop, on the sockets that watch the drop, and only those whose place has changed, or who have just
 * come. One query per drop, however many watch.
 */
import type { Queryable } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Listener } from '../realtime/listener.ts';
import { lineMessage } from '../realtime/messages.ts';
import { Packet } from '../realtime/packet.ts';
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
  readonly told: WeakMap<Listener, number>;
  /** As whom each listener was looked up, so that whoever has just come, or come as somebody else, is. */
  readonly known: WeakMap<Listener, string>;
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
        const line = this.#lines.get(dropId) ?? { entries: -1, told: new WeakMap(), known: new WeakMap() };
        this.#lines.set(dropId, line);
        const { entries } = drop;
        const members = [...watchers].filter(({ identity }) => identity !== undefined);
        const moved = line.entries !== entries;
        const concerned = moved ? members : members.filter((each) => line.known.get(each) !== each.identity?.accountId);
        if (concerned.length > 0) await this.#tell(dropId, line, concerned);
        line.entries = entries;
      }
    } catch {
      // The database is away: nobody's place changes meanwhile, and the next look tells.
    } finally {
      for (const dropId of this.#lines.keys()) if (!seen.has(dropId)) this.#lines.delete(dropId);
      this.#looking = false;
    }
  }

  async #tell(dropId: string, { told, known }: Line, members: readonly Listener[]): Promise<void> {
    const asked = members.map((listener) => [listener, listener.identity?.accountId ?? ''] as const);
    const userIds = [...new Set(asked.map(([, userId]) => userId))];
    const { waiting, places } = await lineOf(this.#parts.database, dropId, userIds);
    for (const [listener, userId] of asked) {
      // Somebody else's meanwhile: the next look is theirs.
      if (listener.identity?.accountId !== userId) continue;
      const place = places.get(userId);
      known.set(listener, userId);
      if (place?.position === told.get(listener)) continue;
      if (place === undefined) told.delete(listener);
      else told.set(listener, place.position);
      listener.tell(new Packet(lineMessage(dropId, place, waiting)));
    }
  }
}
