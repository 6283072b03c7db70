/**
 * Relays the ledger's log to others, in order per drop: the topic `ledger`, for statistics, notifications and anyone's own consumers.
 *
 * How far each drop has been relayed stands in the database and is moved after the topic has the entries. So an entry comes at least once: after a crash, or
 * from a worker that was paused, some come again. Entries are numbered from 1 without gaps: a consumer skips the numbers that it has had.
 */
import type { Database, Queryable } from '../database/database.ts';
import { passFence } from '../fleet/fences.ts';
import type { Job } from '../worker/jobs.ts';

export interface RelayedEntry {
  readonly dropId: string;
  readonly number: number;
  /** ISO 8601, with PostgreSQL's microseconds. */
  readonly at: string;
  /** What the entry tells: see log.ts. */
  readonly kind: string;
  readonly body: unknown;
}

export interface LogTopic {
  /** Resolves when the topic holds them, in this order. Throws when that is in doubt. */
  put(entries: readonly RelayedEntry[]): Promise<void>;
}

const EVERY_MS = 199;
const DROPS_MAX = 200;
/** An entry tells of a whole batch. */
const ENTRIES_MAX = 100;
const NAME = 'relay';

const BEHIND = `
  select d.id, coalesce(r.number, 0) as relayed
  from drops d left join relay_positions r on r.drop_id = d.id
  where d.entries > coalesce(r.number, 0)
  order by d.id limit ${DROPS_MAX}`;

const ENTRIES = `
  select number, at::text as at, kind, body from log_entries
  where drop_id = $1 and number > $2 order by number limit ${ENTRIES_MAX}`;

const ADVANCE = `
  insert into relay_positions (drop_id, number) values ($1, $2)
  on conflict (drop_id) do update set number = greatest(relay_positions.number, excluded.number)`;

interface EntryRow {
  readonly number: string;
  readonly at: string;
  readonly kind: string;
  readonly body: unknown;
}

export function relayJob(database: Database, topic: LogTopic, onRelayed: (entries: number) => void): Job {
  return {
    name: NAME,
    everyMs: EVERY_MS,
    async run(fence) {
      const behind = await database.query<{ id: string; relayed: string }>(BEHIND);
      for (const { id, relayed } of behind) {
        const entries = await entriesAfter(database, id, relayed);
        const last = entries.at(-1);
        if (last === undefined) continue;
        // Asked before, so that a worker that was paused does not tell old news; asked again with the write.
        await database.transaction((transaction) => passFence(transaction, NAME, fence));
        await topic.put(entries);
        await database.transaction(async (transaction) => {
          await passFence(transaction, NAME, fence);
          await transaction.query(ADVANCE, [id, last.number]);
        });
        onRelayed(entries.length);
      }
    },
  };
}

async function entriesAfter(database: Queryable, dropId: string, number: string): Promise<RelayedEntry[]> {
  const rows = await database.query<EntryRow>(ENTRIES, [dropId, number]);
  return rows.map((row) => ({ ...row, dropId, number: Number(row.number) }));
}
