/**
 * The live monitor: one sale as it runs. Where the drop stands is the ledger's word, the seconds are what the processes have decided and refused (tally.ts). Looked at once a second per drop, however many
 * administrators ask; what nobody asks for any more is forgotten.
 */
import type { Queryable } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { type DropView, viewOf } from '../drops/drop.ts';
import { dropById } from '../drops/store.ts';
import { IN_HANDS } from './ends.ts';
import type { FleetFigures } from './processes.ts';
import { type SecondsColumns, SecondsWindow } from './seconds-window.ts';
import { SharedLook } from './shared-look.ts';

/** Each has an hour of seconds in memory, some 300 KiB. */
const WATCHED_MAX = 40;
const FORGET_AFTER_MS = 60_000;

const TOTALS = `
  select arrivals::float8 as arrivals, serials, kind, granted, waiting_in(d) as waiting, greatest(0, stock - granted - waiting_in(d)) as remaining,
         ${IN_HANDS} as "inHands", coalesce(used, 0) as used, coalesce(confirmed, 0) as confirmed, coalesce(cancelled, 0) as cancelled, coalesce(expired, 0) as expired, coalesce(returned, 0) as returned,
         confirmed * coalesce(price, 0)::float8 as paid,
         (select pending from open_payments(d.id)) as pending
  from drops d where id = $1`;

interface TotalsRow {
  arrivals: number;
  serials: number;
  inHands: number;
  kind: 'coupon' | 'product';
  granted: number;
  waiting: number;
  remaining: number;
  used: number;
  confirmed: number;
  cancelled: number;
  expired: number;
  returned: number;
  paid: number | null;
  pending: number;
}

export interface SaleTotals {
  readonly arrivals: number;
  readonly granted: number;
  readonly remaining: number;
  readonly waiting: number;
  readonly serials: number;
  /** Grants by their state, as the database has it: what time has ended is there a moment later. */
  readonly states: Readonly<Record<(typeof STATES)[number], number>>;
  /** Each confirmed slot has been paid once, and what a drop costs stays the same from its opening on. */
  readonly paid: { readonly count: number; readonly amount: number };
  readonly pendingPayments: number;
}

const STATES = ['issued', 'used', 'held', 'confirmed', 'cancelled', 'expired', 'returned'] as const;

export interface MonitorView {
  readonly drop: DropView;
  readonly serverTime: string;
  readonly totals: SaleTotals;
  readonly seconds: SecondsColumns;
  readonly fleet: FleetFigures;
}

interface Watched {
  readonly window: SecondsWindow;
  readonly look: SharedLook<Pick<MonitorView, 'drop' | 'serverTime' | 'totals' | 'fleet'> | undefined>;
  askedAtMs: number;
}

export interface SaleMonitorParts {
  readonly database: Queryable;
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
  readonly fleet: SharedLook<FleetFigures>;
}

export class SaleMonitor {
  readonly #parts: SaleMonitorParts;
  readonly #watched = new Map<string, Watched>();

  constructor(parts: SaleMonitorParts) {
    this.#parts = parts;
  }

  /** `after`: the last second that one has; without it the last hour. Undefined for an unknown drop. */
  async view(dropId: string, after?: number): Promise<MonitorView | undefined> {
    const watched = await this.#watch(dropId);
    const seen = await watched?.look.get(this.#second());
    if (watched === undefined || seen === undefined) {
      this.#watched.delete(dropId);
      return undefined;
    }
    const { window } = watched;
    return { ...seen, seconds: after === undefined ? window.columns(0) : window.columnsAfter(after) };
  }

  #second(): number {
    return Math.floor(this.#parts.nowMs() / 1000);
  }

  async #watch(dropId: string): Promise<Watched | undefined> {
    const nowMs = performance.now();
    let watched = this.#watched.get(dropId);
    if (watched === undefined) {
      // What there is not is no place in memory worth.
      if ((await this.#parts.catalogue.load(dropId)) === undefined) return undefined;
      watched = this.#watched.get(dropId) ?? this.#made(dropId);
    }
    // The one that was asked for last stands last.
    this.#watched.delete(dropId);
    this.#watched.set(dropId, watched);
    watched.askedAtMs = nowMs;
    for (const [id, { askedAtMs }] of this.#watched) {
      if (this.#watched.size <= WATCHED_MAX && nowMs - askedAtMs < FORGET_AFTER_MS) break;
      this.#watched.delete(id);
    }
    return watched;
  }

  #made(dropId: string): Watched {
    const window = new SecondsWindow(this.#parts.database, dropId);
    return { window, look: new SharedLook(() => this.#look(dropId, window)), askedAtMs: 0 };
  }

  async #look(dropId: string, window: SecondsWindow) {
    const { database, nowMs, fleet } = this.#parts;
    const second = this.#second();
    // Not from the catalogue, and not for it: this is the database's word of a moment ago, and the catalogue may have heard of a change since.
    const drop = await dropById(database, dropId);
    const [row] = await database.query<TotalsRow>(TOTALS, [dropId]);
    if (drop === undefined || row === undefined) return undefined;
    await window.readUpTo(second - 1);
    const totals: SaleTotals = {
      arrivals: row.arrivals,
      granted: row.granted,
      remaining: row.remaining,
      waiting: row.waiting,
      serials: row.serials,
      states: statesOf(row),
      paid: { count: row.confirmed, amount: row.paid ?? 0 },
      pendingPayments: row.pending,
    };
    const atMs = nowMs();
    const serverTime = new Date(atMs).toISOString();
    return { drop: viewOf(drop, atMs), serverTime, totals, fleet: await fleet.get(second) };
  }
}

function statesOf({ kind, inHands, used, confirmed, cancelled, expired, returned }: TotalsRow): SaleTotals['states'] {
  const [issued, held] = kind === 'coupon' ? [inHands, 0] : [0, inHands];
  return { issued, used, held, confirmed, cancelled, expired, returned };
}
