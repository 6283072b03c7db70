/**
 * All that the ledger holds about one drop, as lines of JSON: for audits and for the history checker.
 *
 * Read in pages up to the counters of the first line, so that a running sale neither waits for the export nor shows up half in it.
 */
import type { Queryable } from '../database/database.ts';

const PAGE_ROWS = 5_000;
/** An entry tells of a whole batch. */
const PAGE_ENTRIES = 100;

const DROP = `
  select json_build_object('type', 'drop', 'id', id::text, 'kind', kind, 'stock', stock, 'granted', granted, 'arrivals', arrivals,
    'entries', entries, 'serials', serials, 'perUserLimit', per_user_limit, 'opensAt', opens_at, 'closesAt', closes_at,
    'cancelledAt', cancelled_at, 'serverTime', clock_timestamp())::text as line, arrivals, serials, entries
  from drops where id = $1`;

const CLAIMS = `
  select json_build_object('type', 'claim', 'userId', user_id::text, 'requestId', request_id, 'arrival', arrival, 'outcome', outcome,
    'serial', serial, 'claimedAt', claimed_at)::text as line
  from claims where drop_id = $1 and arrival > $2 and arrival <= $3 order by arrival`;

const GRANTS = `
  select json_build_object('type', 'grant', 'id', drop_id || '-' || serial, 'serial', serial, 'userId', user_id::text, 'arrival', arrival, 'code', code, 'state', state,
    'grantedAt', granted_at, 'releasedAt', released_at, 'holdUntil', hold_until, 'validUntil', valid_until)::text as line
  from grants where drop_id = $1 and serial > $2 and serial <= $3 order by serial`;

const ENTRIES = `
  select json_build_object('type', 'entry', 'number', number, 'kind', kind, 'at', at, 'body', body)::text as line
  from log_entries where drop_id = $1 and number > $2 and number <= $3 order by number`;

/** Yields nothing for an unknown drop. */
export async function* exportLedger(database: Queryable, dropId: string): AsyncGenerator<string> {
  const [drop] = await database.query<{ line: string; arrivals: string; serials: number; entries: string }>(DROP, [
    dropId,
  ]);
  if (drop === undefined) return;
  yield `${drop.line}\n`;
  for (const [statement, last, page] of [
    [CLAIMS, Number(drop.arrivals), PAGE_ROWS],
    [GRANTS, drop.serials, PAGE_ROWS],
    [ENTRIES, Number(drop.entries), PAGE_ENTRIES],
  ] as const) {
    for (let after = 0; after < last; after += page) {
      const upTo = Math.min(after + page, last);
      for (const { line } of await database.query<{ line: string }>(statement, [dropId, after, upTo]))
        yield `${line}\n`;
    }
  }
}
