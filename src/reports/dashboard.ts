/**
 * The dashboard: all drops, deliveries and payments together. Looked at every five seconds at most, however many administrators ask, and in short statements one after the other: what would take long to
 * count has been counted before (roll-up.sql, the drops' own counters), or is counted in pieces.
 */
import type { Queryable } from '../database/database.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { type DropView, viewOf } from '../drops/drop.ts';
import { STATE } from '../drops/store.ts';
import { CHANNELS } from '../notifications/notification.ts';
import { waitingDeliveries } from '../notifications/outbox.ts';
import { IN_HANDS } from './ends.ts';
import { MinutesOfSales } from './minutes.ts';
import type { FleetFigures } from './processes.ts';
import { SharedLook } from './shared-look.ts';
import { LastDays, type Trends } from './trends.ts';

const FRESH_MS = 5_000;
/** Time zones and numbers of days that are looked at at the same time. */
const TRENDS_MAX = 30;
const LIVE_MAX = 20;
const UPCOMING_MAX = 20;
const ACCOUNTS_PER_STATEMENT = 10_000;
const FAILED_PER_STATEMENT = 2_000;
/** More are not counted: `failed` says that there are so many at least. */
const FAILED_MAX = 10_000;

const DROPS = `
  with stated as (select *, ${STATE} as state from drops)
  select count(*) filter (where state = 'scheduled')::int as scheduled, count(*) filter (where state = 'open')::int as open,
         count(*) filter (where state = 'sold_out')::int as "soldOut", count(*) filter (where state = 'closed')::int as closed,
         count(*) filter (where state = 'cancelled')::int as cancelled,
         coalesce(sum(granted), 0)::float8 as granted, coalesce(sum(arrivals), 0)::float8 as arrivals, coalesce(sum(waiting), 0)::float8 as waiting,
         coalesce(sum(${IN_HANDS}) filter (where kind = 'product'), 0)::float8 as held,
         coalesce(sum(confirmed), 0)::float8 as confirmed, coalesce(sum(used), 0)::float8 as used, coalesce(sum(expired), 0)::float8 as expired,
         coalesce(sum(stated.cancelled), 0)::float8 as cancelled_grants, coalesce(sum(returned), 0)::float8 as returned
  from stated`;

const ACCOUNTS = 'select * from accounts_page($1, $2)';
const FAILED = 'select * from failed_page($1, $2)';
const LAST_DAY = 'select * from last_day()';
const OPEN_PAYMENTS = 'select * from open_payments()';
const BUSY = 'select * from busy_drops(200)';

interface Counted {
  readonly count: number;
  readonly last: string | null;
}

interface DropsRow {
  scheduled: number;
  open: number;
  soldOut: number;
  closed: number;
  cancelled: number;
  granted: number;
  arrivals: number;
  waiting: number;
  held: number;
  confirmed: number;
  used: number;
  expired: number;
  cancelled_grants: number;
  returned: number;
}

export interface DashboardParts {
  readonly database: Queryable;
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
  readonly fleet: SharedLook<FleetFigures>;
}

export class Dashboard {
  readonly #parts: DashboardParts;
  readonly #now = new SharedLook(() => this.#look());
  readonly #trends = new Map<string, SharedLook<Trends>>();
  readonly #minutes: MinutesOfSales;
  /** Full pages of accounts that need not be counted again: ids grow, and accounts are never removed. */
  #accounts = { count: 0, last: '0' };

  constructor(parts: DashboardParts) {
    this.#parts = parts;
    this.#minutes = new MinutesOfSales(parts.database);
  }

  /** `timeZone`: one that PostgreSQL knows. */
  async view(days: number, timeZone: string) {
    const period = Math.floor(performance.now() / FRESH_MS);
    // One after the other: together they would take two connections.
    const { payments, ...now } = await this.#now.get(period);
    const trends = await this.#trendsOf(days, timeZone).get(period);
    return { ...now, payments: { ...payments, currencies: trends.currencies }, days: trends.days };
  }

  #trendsOf(days: number, timeZone: string): SharedLook<Trends> {
    const key = `${days} ${timeZone}`;
    const known = this.#trends.get(key);
    if (known !== undefined) return known;
    if (this.#trends.size >= TRENDS_MAX) this.#trends.clear();
    const lastDays = new LastDays(this.#parts.database, days, timeZone);
    const look = new SharedLook(() => lastDays.look());
    this.#trends.set(key, look);
    return look;
  }

  async #look() {
    const { fleet, nowMs } = this.#parts;
    return {
      ...(await this.#drops()),
      accounts: await this.#countAccounts(),
      deliveries: await this.#deliveries(),
      payments: await this.#payments(),
      live: await this.#live(),
      upcoming: await this.#upcoming(),
      fleet: await fleet.get(Math.floor(nowMs() / 1000)),
      serverTime: new Date(nowMs()).toISOString(),
    };
  }

  async #drops() {
    const [row] = await this.#parts.database.query<DropsRow>(DROPS);
    if (row === undefined) throw new Error('a count has one row');
    const { scheduled, open, soldOut, closed, cancelled, cancelled_grants, ...totals } = row;
    return {
      drops: { scheduled, open, soldOut, closed, cancelled },
      totals: { ...totals, cancelled: cancelled_grants },
    };
  }

  async #countAccounts(): Promise<number> {
    let { count, last } = this.#accounts;
    for (;;) {
      const [page] = await this.#parts.database.query<Counted>(ACCOUNTS, [last, ACCOUNTS_PER_STATEMENT]);
      // Before the last full page nobody is in the middle of signing up.
      if (page === undefined || page.count < ACCOUNTS_PER_STATEMENT) return count + (page?.count ?? 0);
      this.#accounts = { count, last };
      count += page.count;
      last = page.last ?? last;
    }
  }

  async #countFailed(): Promise<number> {
    let count = 0;
    let last = '0';
    while (count < FAILED_MAX) {
      const [page] = await this.#parts.database.query<Counted>(FAILED, [last, FAILED_PER_STATEMENT]);
      count += page?.count ?? 0;
      last = page?.last ?? last;
      if (page === undefined || page.count < FAILED_PER_STATEMENT) break;
    }
    return count;
  }

  async #deliveries() {
    const { database } = this.#parts;
    const waiting = await waitingDeliveries(database);
    const lastDay = await database.query<{ channel: string; sent: number; failed: number }>(LAST_DAY);
    const channels = CHANNELS.map((channel) => {
      const { sent = 0, failed = 0 } = lastDay.find((row) => row.channel === channel) ?? {};
      return { channel, pending: waiting.get(channel) ?? 0, sent24h: sent, failed24h: failed };
    });
    const sum = (figure: 'pending' | 'sent24h' | 'failed24h') =>
      channels.reduce((all, channel) => all + channel[figure], 0);
    return {
      pending: sum('pending'),
      failed: await this.#countFailed(),
      sent24h: sum('sent24h'),
      failed24h: sum('failed24h'),
      channels,
    };
  }

  async #payments() {
    const [row] = await this.#parts.database.query<{ pending: number; refunding: number }>(OPEN_PAYMENTS);
    return row ?? { pending: 0, refunding: 0 };
  }

  /** What is on sale, and what was sold out in the last hour; first what sells most. */
  async #live(): Promise<{ drop: DropView; perMinute: number[] }[]> {
    const { database, catalogue, nowMs } = this.#parts;
    const busy = await database.query<{ id: string }>(BUSY);
    const known = await catalogue.loadAll(busy.map(({ id }) => id));
    const open = await catalogue.list({ state: 'open', offset: 0, limit: LIVE_MAX });
    const drops = new Map([...known, ...open.map((drop) => [drop.id, drop] as const)]);
    const views = [...drops.values()].map((drop) => viewOf(drop, nowMs()));
    const live = views.filter(({ state }) => state === 'open' || state === 'sold_out').slice(0, LIVE_MAX);
    const told: { drop: DropView; perMinute: number[] }[] = [];
    for (const drop of live) {
      // What nobody has asked for in the last hour has sold nothing, and costs no look.
      const perMinute = await this.#minutes.granted(drop.id, known.has(drop.id), nowMs());
      told.push({ drop, perMinute });
    }
    this.#minutes.forgetAllBut(new Set(live.map(({ id }) => id)));
    return told;
  }

  async #upcoming(): Promise<DropView[]> {
    const { catalogue, nowMs } = this.#parts;
    const drops = await catalogue.list({ state: 'scheduled', offset: 0, limit: UPCOMING_MAX });
    return drops.map((drop) => viewOf(drop, nowMs()));
  }
}
