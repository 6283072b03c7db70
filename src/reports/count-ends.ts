/**
 * Counts the units of drops that were made before anybody counted: there is something to do soon after an upgrade, and never again.
 *
 * A drop may have a million units and be on sale. So they are counted in pieces and without a lock, and what was counted is written only if the drop's log has not grown meanwhile: no unit changes without
 * an entry. Else it is tried again in the next round; only a drop that never rests is counted behind its lock at last.
 */
import type { Database, Queryable } from '../database/database.ts';
import type { SharedJob } from '../worker/jobs.ts';

/** Longer than any statement of the version before may last, so that none of its changes is under way any more when a drop is counted. */
const EVERY_MS = 30_013;
const UNITS_PER_STATEMENT = 10_000;
const TRIES_MAX = 20;

const NEXT = `
  select id::text, entries::text, serials from drops where used is null and id > $1::bigint order by id limit 1`;
const LOCK = 'select id::text, entries::text, serials from drops where id = $1 and used is null for update';
const COUNT = 'select * from ends_of($1, $2, $3)';
const WRITE = `
  update drops set used = $3, confirmed = $4, cancelled = $5, expired = $6, returned = $7
  where id = $1 and entries = $2 and used is null returning 1`;

interface Uncounted {
  readonly id: string;
  readonly entries: string;
  readonly serials: number;
}

const ENDS = ['used', 'confirmed', 'cancelled', 'expired', 'returned'] as const;
type Ends = Record<(typeof ENDS)[number], number>;

export function countEndsJob(database: Database, triesMax: number = TRIES_MAX): SharedJob {
  const tries = new Map<string, number>();
  return {
    name: 'count-ends',
    everyMs: EVERY_MS,
    shared: true,
    async run(stopping) {
      let last = '0';
      while (!stopping?.aborted) {
        const [drop] = await database.query<Uncounted>(NEXT, [last]);
        if (drop === undefined) return;
        last = drop.id;
        const tried = (tries.get(drop.id) ?? 0) + 1;
        tries.set(drop.id, tried);
        if ((await count(database, drop)) || (tried >= triesMax && (await countBehindLock(database, drop.id))))
          tries.delete(drop.id);
      }
    },
  };
}

function countBehindLock(database: Database, id: string): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const [drop] = await transaction.query<Uncounted>(LOCK, [id]);
    return drop === undefined || count(transaction, drop);
  });
}

/** False when the drop has changed meanwhile. */
async function count(database: Queryable, { id, entries, serials }: Uncounted): Promise<boolean> {
  const sum: Ends = { used: 0, confirmed: 0, cancelled: 0, expired: 0, returned: 0 };
  for (let after = 0; after < serials; after += UNITS_PER_STATEMENT) {
    const [part] = await database.query<Ends>(COUNT, [id, after, after + UNITS_PER_STATEMENT]);
    for (const end of ENDS) sum[end] += part?.[end] ?? 0;
  }
  const written = await database.query(WRITE, [id, entries, ...ENDS.map((end) => sum[end])]);
  return written.length > 0;
}
