/**
 * The herald reads the logs of all drops, and what becomes of payments, and says who hears of it: messages for people's sockets, and notices for the notification
 * service, which knows no rules of its own.
 *
 * It tells of what is committed, and moves its position in the transaction that tells: so each entry is told of once, whoever dies when. All workers do this at the
 * same time; what one of them has in its hands the others leave alone, and if it dies, so does its hold.
 *
 *   waiting ──a commit is heard of, or the hour of looking at all drops──> reading: some drops' next entries, as many as concern so many people
 *      ▲                                                                     │    └──it fails──> each drop alone ──one fails──> that one stands still for a while
 *      └────nothing is left─────────────────────────────────────────────── told, moved on, committed ──more is left──> reading
 *
 * A large entry is told in parts: the position says of how many of its people.
 */
import type { Database, Queryable } from '../database/database.ts';
import { dropsById } from '../drops/store.ts';
import type { LedgerNews, News } from '../fleet/news.ts';
import type { GrantPlace, LedgerGrant } from '../ledger/grant-ledger.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import { announce, cancel, cancelAnnouncements, notify } from '../notifications/notify.ts';
import type { Ways } from '../notifications/preferences.ts';
import { type Numbered, putMessages } from '../realtime/inbox.ts';
import type { SharedJob } from '../worker/jobs.ts';
import { tellOfPayment } from './payment-tidings.ts';
import { type Portion, portionOf } from './portion.ts';
import { StandingStill } from './standing-still.ts';
import { stockHasTurned, tellOfStock } from './stock.ts';
import {
  dropsBehind,
  entriesAfter,
  grantsAt,
  movePositions,
  nextEntryOf,
  type Position,
  returnsHeard,
  takePaymentChanges,
  takePositions,
  untoldPayments,
} from './store.ts';
import { noTidings, serialsOf, type Tidings, tell } from './tidings.ts';

const EVERY_MS = 37;
/** Commits are heard of as they happen, most of the time. */
const LOOK_AT_ALL_EVERY_MS = { hearing: 1_013, deaf: 211 } as const;
/** Of changes of payments nobody hears, but for those that a commit on their drop comes with. */
const LOOK_AT_PAYMENTS_EVERY_MS = 101;
const DROPS_MAX = 100;
const ENTRIES_PER_DROP_MAX = 50;
/** Of one transaction. The embedded database does nothing else meanwhile. */
const PEOPLE_MAX = 500;
const PAYMENTS_MAX = 500;
const ROUNDS_MAX = 50;

/** What people could not be told of: an entry of a drop, or a payment. */
export type Untold = { readonly dropId: string; readonly entry: number } | { readonly paymentId: string };

export interface HeraldParts {
  readonly database: Database;
  readonly news: News;
  /** Over which channels people can be reached at all. */
  readonly ways: Ways;
  readonly nowMs: () => number;
  /** It is tried again, and told of here again, every ten seconds. */
  readonly onUntold?: (untold: Untold, error: unknown) => void;
}

export class Herald {
  readonly #parts: HeraldParts;
  /** Drops that somebody has written about. */
  readonly #heardOf = new Set<string>();
  /** Those that another herald had in its hands: it may have read them before what was heard of, so they are looked at in the next round. */
  readonly #busy = new Set<string>();
  readonly #dropsStandingStill = new StandingStill();
  readonly #paymentsStandingStill = new StandingStill();
  #lookAtAllMs = 0;
  #lookAtPaymentsMs = 0;

  constructor(parts: HeraldParts) {
    this.#parts = parts;
  }

  /** A commit, of this process or another. */
  hear({ dropId }: Pick<LedgerNews, 'dropId'>): void {
    this.#heardOf.add(dropId);
  }

  get job(): SharedJob {
    return { name: 'herald', everyMs: EVERY_MS, shared: true, run: (stopping) => this.#round(stopping) };
  }

  async #round(stopping?: AbortSignal): Promise<void> {
    for (const dropId of this.#busy) this.#heardOf.add(dropId);
    this.#busy.clear();
    for (const paymentId of this.#paymentsStandingStill.takeDue()) await this.#tellOfPaymentAlone(paymentId);
    const nowMs = performance.now();
    if (this.#heardOf.size > 0 || nowMs >= this.#lookAtPaymentsMs) {
      this.#lookAtPaymentsMs = nowMs + LOOK_AT_PAYMENTS_EVERY_MS;
      await this.#tellOfPayments(stopping);
    }
    for (const dropId of this.#dropsStandingStill.takeDue()) await this.#tellOfDropAlone(dropId, stopping);
    for (let round = 0; round < ROUNDS_MAX && !stopping?.aborted; round += 1) {
      const dropIds = await this.#next();
      if (dropIds.length === 0) return;
      await this.#tellOfDrops(dropIds, stopping);
    }
  }

  /** Drops that may have something to tell. */
  async #next(): Promise<string[]> {
    const { database, news } = this.#parts;
    const nowMs = performance.now();
    if (nowMs >= this.#lookAtAllMs) {
      this.#lookAtAllMs = nowMs + (news.hearing ? LOOK_AT_ALL_EVERY_MS.hearing : LOOK_AT_ALL_EVERY_MS.deaf);
      const behind = await dropsBehind(database, this.#dropsStandingStill.ids, DROPS_MAX);
      for (const dropId of behind) this.#heardOf.add(dropId);
    }
    const next = [...this.#heardOf].slice(0, DROPS_MAX);
    for (const dropId of next) this.#heardOf.delete(dropId);
    return next.filter((dropId) => !this.#dropsStandingStill.has(dropId));
  }

  /** All in one transaction; or, if that fails, one after the other, so that one that cannot be told of holds up nobody else's messages. */
  async #tellOfDrops(dropIds: readonly string[], stopping?: AbortSignal): Promise<void> {
    try {
      await this.#tell(dropIds, ENTRIES_PER_DROP_MAX);
    } catch {
      for (const dropId of dropIds) this.#heardOf.add(dropId);
      for (const dropId of dropIds) {
        this.#heardOf.delete(dropId);
        await this.#tellOfDropAlone(dropId, stopping);
      }
    }
  }

  /** Entry by entry, up to the one that cannot be told. Throws only when the database is away. */
  async #tellOfDropAlone(dropId: string, stopping?: AbortSignal): Promise<void> {
    const { database, onUntold } = this.#parts;
    try {
      for (let entry = 0; entry < ENTRIES_PER_DROP_MAX && !stopping?.aborted; entry += 1) {
        if (!(await this.#tell([dropId], 1))) return;
      }
    } catch (error) {
      onUntold?.({ dropId, entry: await nextEntryOf(database, dropId) }, error);
      this.#dropsStandingStill.add(dropId);
    }
  }

  /** Whether there was something to tell. */
  #tell(dropIds: readonly string[], entriesPerDropMax: number): Promise<boolean> {
    return this.#inTransaction(async (transaction) => {
      const { positions, busy } = await takePositions(transaction, dropIds);
      for (const dropId of busy) this.#busy.add(dropId);
      const entries = await entriesAfter(transaction, positions, entriesPerDropMax);
      if (entries.length === 0) return undefined;
      const portion = portionOf(positions, entries, PEOPLE_MAX);
      for (const dropId of portion.left) this.#heardOf.add(dropId);
      const tidings = noTidings();
      await movePositions(transaction, await this.#read(transaction, portion, tidings));
      return tidings;
    });
  }

  /** Where the positions are then. */
  async #read(transaction: Queryable, { told, moved }: Portion, tidings: Tidings): Promise<Position[]> {
    const nowMs = this.#parts.nowMs();
    const drops = await dropsById(transaction, [...new Set(told.map(({ dropId }) => dropId))]);
    const places = told.flatMap(({ dropId, event }): GrantPlace[] =>
      event ? serialsOf(event).map((serial) => ({ dropId, serial })) : [],
    );
    const grants = byId(await grantsAt(transaction, places));
    for (const { dropId, event } of told) {
      const drop = drops.get(dropId);
      if (drop === undefined || event === undefined) continue;
      tell(tidings, event, { drop, nowMs, grant: (serial) => grants.get(grantIdOf(dropId, serial)) });
    }
    // What the row of the others says is ahead of what was read: there is more, and the next round tells of it.
    const read = moved.filter(({ dropId, number, people }) => people === 0 && drops.get(dropId)?.entries === number);
    for (const position of moved) if (!read.includes(position)) this.#heardOf.add(position.dropId);
    const turned = read.flatMap(({ dropId, soldOut }) => {
      const drop = drops.get(dropId);
      return drop && stockHasTurned(drop, soldOut, nowMs) ? [drop] : [];
    });
    const returns = await returnsHeard(
      transaction,
      turned.map(({ id }) => id),
    );
    for (const drop of turned) tellOfStock(tidings, drop, returns(drop.id), nowMs);
    const turnedIds = new Set(turned.map(({ id }) => id));
    return moved.map((position) =>
      turnedIds.has(position.dropId) ? { ...position, soldOut: !position.soldOut } : position,
    );
  }

  async #tellOfPayments(stopping?: AbortSignal): Promise<void> {
    const { database } = this.#parts;
    while (!stopping?.aborted) {
      const paymentIds = await untoldPayments(database, this.#paymentsStandingStill.ids, PAYMENTS_MAX);
      if (paymentIds.length === 0) return;
      try {
        if (!(await this.#tellOfThese(paymentIds))) return;
      } catch {
        for (const paymentId of paymentIds) {
          if (!stopping?.aborted) await this.#tellOfPaymentAlone(paymentId);
        }
      }
    }
  }

  /** Throws only when the database is away. */
  async #tellOfPaymentAlone(paymentId: string): Promise<void> {
    try {
      await this.#tellOfThese([paymentId]);
    } catch (error) {
      await this.#parts.database.query('select');
      this.#paymentsStandingStill.add(paymentId);
      this.#parts.onUntold?.({ paymentId }, error);
    }
  }

  /** Whether there was something to tell. */
  #tellOfThese(paymentIds: readonly string[]): Promise<boolean> {
    return this.#inTransaction(async (transaction) => {
      const changes = await takePaymentChanges(transaction, paymentIds, PAYMENTS_MAX);
      if (changes.length === 0) return undefined;
      const drops = await dropsById(transaction, [...new Set(changes.map(({ payment }) => payment.dropId))]);
      const tidings = noTidings();
      for (const change of changes) {
        const drop = drops.get(change.payment.dropId);
        if (drop !== undefined) tellOfPayment(tidings, change, drop, this.#parts.nowMs());
      }
      return tidings;
    });
  }

  /** Whether there was something to tell. */
  async #inTransaction(read: (transaction: Queryable) => Promise<Tidings | undefined>): Promise<boolean> {
    const { database, news, ways } = this.#parts;
    const { told, messages } = await database.transaction(async (transaction) => {
      const tidings = await read(transaction);
      if (tidings === undefined) return { told: false, messages: [] as Numbered[] };
      await cancel(transaction, tidings.withdrawn);
      for (const silenced of tidings.silenced) await cancelAnnouncements(transaction, silenced);
      await announce(transaction, tidings.announcements);
      const notified = await notify(transaction, tidings.notices, ways);
      return { told: true, messages: await putMessages(transaction, [...tidings.messages, ...notified]) };
    });
    if (messages.length > 0) news.announce('messages', { messages });
    return told;
  }
}

function byId(grants: readonly LedgerGrant[]): ReadonlyMap<string, LedgerGrant> {
  return new Map(grants.map((grant) => [grantIdOf(grant.dropId, grant.serial), grant]));
}
