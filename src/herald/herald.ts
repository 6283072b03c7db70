/**
 * The herald reads the logs of all drops, and what becomes of payments, and says who hears of it: messages for people's sockets, and notices for the notification
 * service, which knows no rules of its own.
 *
 * It tells of what is committed, and moves its position in the transaction that tells: so each entry is told of once, whoever dies when. All workers do this at the
 * same time; what one of them has in its hands the others leave alone, and if it dies, so does its hold.
 *
 *   waiting ──a commit is heard of, or the hour of looking at all drops──> reading: some drops' next entries, as many as concern so many people
 *      ▲                                                                     │
 *      └────nothing is left─────────────────────────────────────────────── told, moved on, committed ──more is left──> reading
 */
import type { Database, Queryable } from '../database/database.ts';
import { dropsById } from '../drops/store.ts';
import type { LedgerNews, News } from '../fleet/news.ts';
import { type LogEvent, readEvent } from '../history/log-event.ts';
import type { GrantPlace, LedgerGrant } from '../ledger/grant-ledger.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import { announce, cancel, cancelAnnouncements, notify } from '../notifications/notify.ts';
import type { Ways } from '../notifications/preferences.ts';
import { type Numbered, putMessages } from '../realtime/inbox.ts';
import type { SharedJob } from '../worker/jobs.ts';
import { tellOfPayment } from './payment-tidings.ts';
import { tellOfStock } from './stock.ts';
import {
  dropsBehind,
  type Entry,
  entriesAfter,
  grantsAt,
  hasPaymentChanges,
  movePositions,
  type Position,
  takePaymentChanges,
  takePositions,
} from './store.ts';
import { noTidings, serialsOf, type Tidings, tell } from './tidings.ts';

const EVERY_MS = 37;
/** Commits are heard of as they happen, most of the time. */
const LOOK_AT_ALL_EVERY_MS = { hearing: 1_013, deaf: 211 } as const;
const DROPS_MAX = 100;
const ENTRIES_PER_DROP_MAX = 50;
/** Of one transaction. The embedded database does nothing else meanwhile. */
const PEOPLE_MAX = 500;
const PAYMENTS_MAX = 500;
const ROUNDS_MAX = 50;

export interface HeraldParts {
  readonly database: Database;
  readonly news: News;
  /** Over which channels people can be reached at all. */
  readonly ways: Ways;
  readonly nowMs: () => number;
}

export class Herald {
  readonly #parts: HeraldParts;
  /** Drops that somebody has written about. */
  readonly #heardOf = new Set<string>();
  #lookAtAllMs = 0;

  constructor(parts: HeraldParts) {
    this.#parts = parts;
  }

  /** A commit, of this process or another. */
  hear({ dropId }: Pick<LedgerNews, 'dropId'>): void {
    this.#heardOf.add(dropId);
  }

  get job(): SharedJob {
    return { name: 'herald', everyMs: EVERY_MS, shared: true, run: () => this.#round() };
  }

  async #round(): Promise<void> {
    await this.#tellOfPayments();
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const dropIds = await this.#next();
      if (dropIds.length === 0) return;
      await this.#tellOfDrops(dropIds);
    }
  }

  /** Drops that may have something to tell. */
  async #next(): Promise<string[]> {
    const { database, news } = this.#parts;
    const nowMs = performance.now();
    if (nowMs >= this.#lookAtAllMs) {
      this.#lookAtAllMs = nowMs + (news.hearing ? LOOK_AT_ALL_EVERY_MS.hearing : LOOK_AT_ALL_EVERY_MS.deaf);
      for (const dropId of await dropsBehind(database, DROPS_MAX)) this.#heardOf.add(dropId);
    }
    const next = [...this.#heardOf].slice(0, DROPS_MAX);
    for (const dropId of next) this.#heardOf.delete(dropId);
    return next;
  }

  async #tellOfDrops(dropIds: readonly string[]): Promise<void> {
    try {
      await this.#inTransaction(async (transaction) => {
        const positions = await takePositions(transaction, dropIds);
        const entries = fewPeople(await entriesAfter(transaction, positions, ENTRIES_PER_DROP_MAX));
        if (entries.length === 0) return undefined;
        const tidings = noTidings();
        const moved = await this.#read(transaction, positions, entries, tidings);
        await movePositions(transaction, moved);
        return tidings;
      });
    } catch (error) {
      for (const dropId of dropIds) this.#heardOf.add(dropId);
      throw error;
    }
  }

  /** Where the positions are then. */
  async #read(
    transaction: Queryable,
    positions: readonly Position[],
    entries: readonly Told[],
    tidings: Tidings,
  ): Promise<Position[]> {
    const nowMs = this.#parts.nowMs();
    const drops = await dropsById(transaction, [...new Set(entries.map(({ dropId }) => dropId))]);
    const places = entries.flatMap(({ dropId, event }) => (event ? placesOf(dropId, event) : []));
    const grants = byId(await grantsAt(transaction, places));
    for (const { dropId, event } of entries) {
      const drop = drops.get(dropId);
      if (drop === undefined || event === undefined) continue;
      tell(tidings, event, { drop, nowMs, grant: (serial) => grants.get(grantIdOf(dropId, serial)) });
    }
    return positions.flatMap((position) => {
      const last = entries.findLast(({ dropId }) => dropId === position.dropId);
      const drop = drops.get(position.dropId);
      if (last === undefined) return [];
      if (drop === undefined) return [{ ...position, number: last.number }];
      // There is more: what the drop's row says is ahead of what was read, and the next round tells of it.
      if (drop.entries > last.number) {
        this.#heardOf.add(drop.id);
        return [{ ...position, number: last.number }];
      }
      return [{ ...position, number: last.number, told: tellOfStock(tidings, drop, position.told, nowMs) }];
    });
  }

  async #tellOfPayments(): Promise<void> {
    const { database, nowMs } = this.#parts;
    while (await hasPaymentChanges(database)) {
      const taken = await this.#inTransaction(async (transaction) => {
        const changes = await takePaymentChanges(transaction, PAYMENTS_MAX);
        if (changes.length === 0) return undefined;
        const drops = await dropsById(transaction, [...new Set(changes.map(({ payment }) => payment.dropId))]);
        const tidings = noTidings();
        for (const change of changes) {
          const drop = drops.get(change.payment.dropId);
          if (drop !== undefined) tellOfPayment(tidings, change, drop, nowMs());
        }
        return tidings;
      });
      if (!taken) return;
    }
  }

  /** Whether there was something to tell. */
  async #inTransaction(read: (transaction: Queryable) => Promise<Tidings | undefined>): Promise<boolean> {
    const { database, news, ways } = this.#parts;
    const { told, messages } = await database.transaction(async (transaction) => {
      const tidings = await read(transaction);
      if (tidings === undefined) return { told: false, messages: [] as Numbered[] };
      await cancel(transaction, tidings.withdrawn);
      for (const { dropId, type } of tidings.silenced) await cancelAnnouncements(transaction, dropId, type);
      await announce(transaction, tidings.announcements);
      const notified = await notify(transaction, tidings.notices, ways);
      return { told: true, messages: await putMessages(transaction, [...tidings.messages, ...notified]) };
    });
    if (messages.length > 0) news.announce('messages', { messages });
    return told;
  }
}

interface Told extends Omit<Entry, 'kind' | 'body'> {
  /** Undefined: of a kind that this version does not know. */
  readonly event: LogEvent | undefined;
}

/** The first of them, up to so many people; and each drop's first entry, however many it concerns. */
function fewPeople(entries: readonly Entry[]): Told[] {
  const told: Told[] = [];
  const full = new Set<string>();
  let people = 0;
  for (const { dropId, number, kind, body } of entries) {
    if (full.has(dropId)) continue;
    if (people >= PEOPLE_MAX) {
      full.add(dropId);
      if (told.some((other) => other.dropId === dropId) || people >= 2 * PEOPLE_MAX) continue;
    }
    const event = readEvent({ number, kind, body } as Parameters<typeof readEvent>[0]);
    told.push({ dropId, number, event });
    people += event === undefined ? 0 : serialsOf(event).length;
  }
  return told;
}

function placesOf(dropId: string, event: LogEvent): GrantPlace[] {
  return serialsOf(event).map((serial) => ({ dropId, serial }));
}

function byId(grants: readonly LedgerGrant[]): ReadonlyMap<string, LedgerGrant> {
  return new Map(grants.map((grant) => [grantIdOf(grant.dropId, grant.serial), grant]));
}
