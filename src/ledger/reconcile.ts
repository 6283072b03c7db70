/**
 * Counts after the ledger: for each drop that has changed, whether its counters, its claims, its grants, its waiting line, its payments and its log tell the same. They cannot differ, as all are
 * written in one transaction; so a difference means that somebody has written past the ledger, or that a disk lies. It is an alarm, never repaired by itself.
 */
import type { Database } from '../database/database.ts';
import type { Job } from '../worker/jobs.ts';

const EVERY_MS = 30_011;
const DROPS_MAX = 50;

/** One statement, so one moment. */
const DIFFERENCES = `
  select d.id, d.entries,
    concat_ws('; ',
      case when d.granted <> g.live then format('granted %s, live grants %s', d.granted, g.live) end,
      case when d.serials <> g.made then format('serials %s, grants %s', d.serials, g.made) end,
      case when d.arrivals <> c.taken then format('arrivals %s, claims %s', d.arrivals, c.taken) end,
      case when g.made <> c.won then format('grants %s, claims granted %s', g.made, c.won) end,
      case when d.waiting <> w.waiting then format('waiting %s, waiters %s', d.waiting, w.waiting) end,
      case when g.confirmed <> p.succeeded then format('confirmed slots %s, payments succeeded %s', g.confirmed, p.succeeded) end,
      case when (d.used, d.confirmed, d.cancelled, d.expired, d.returned) <> (g.used, g.confirmed, g.cancelled, g.expired, g.returned)
           then format('ended %s, grants that ended %s', (d.used, d.confirmed, d.cancelled, d.expired, d.returned), (g.used, g.confirmed, g.cancelled, g.expired, g.returned)) end,
      case when d.entries <> l.written then format('entries %s, log %s', d.entries, l.written) end) as difference
  from drops d
  cross join lateral (
    select count(*) as made, count(*) filter (where released_at is null) as live, count(*) filter (where state = 'confirmed') as confirmed,
           count(*) filter (where state = 'used') as used, count(*) filter (where state = 'cancelled') as cancelled,
           count(*) filter (where state = 'expired') as expired, count(*) filter (where state = 'returned') as returned
    from grants where drop_id = d.id) g
  cross join lateral (select count(*) as taken, count(serial) as won from claims where drop_id = d.id) c
  cross join lateral (select count(*) as waiting from waiters where drop_id = d.id and state = 'waiting') w
  cross join lateral (select count(*) as succeeded from payments where drop_id = d.id and state = 'succeeded') p
  cross join lateral (select count(*) as written from log_entries where drop_id = d.id) l
  where d.id = any($1)`;

export interface Mismatch {
  readonly dropId: string;
  readonly difference: string;
}

export interface Reconciliation {
  /** Mismatches of the last look at each drop. */
  readonly onLooked: (mismatches: readonly Mismatch[]) => void;
}

/** The mismatches of these drops; none when all is as it must be. */
export async function mismatchesOf(database: Pick<Database, 'query'>, dropIds: readonly string[]): Promise<Mismatch[]> {
  const rows = await database.query<{ id: string; difference: string }>(DIFFERENCES, [dropIds]);
  return rows.filter(({ difference }) => difference !== '').map(({ id, difference }) => ({ dropId: id, difference }));
}

/** Looks at the drops that have changed since it last looked, the latest first. */
export function reconcileJob(database: Database, { onLooked }: Reconciliation): Job {
  const looked = new Map<string, string>();
  const wrong = new Map<string, Mismatch>();
  return {
    name: 'reconcile',
    everyMs: EVERY_MS,
    async run() {
      const drops = await database.query<{ id: string; entries: string }>(
        'select id, entries from drops where entries > 1 order by opens_at desc limit 1000',
      );
      const changed = drops.filter(({ id, entries }) => looked.get(id) !== entries).slice(0, DROPS_MAX);
      for (const { id, entries } of changed) {
        const [mismatch] = await mismatchesOf(database, [id]);
        if (mismatch === undefined) wrong.delete(id);
        else wrong.set(id, mismatch);
        looked.set(id, entries);
      }
      const listed = new Set(drops.map(({ id }) => id));
      for (const id of looked.keys()) {
        if (listed.has(id)) continue;
        looked.delete(id);
        wrong.delete(id);
      }
      onLooked([...wrong.values()]);
    },
    lost() {
      looked.clear();
      wrong.clear();
      onLooked([]);
    },
  };
}
