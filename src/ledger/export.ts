/**
 * All that the ledger holds about one drop, as lines of JSON: for audits and for the history checker.
 *
 * Read in pages, so that a running sale neither waits for the export nor shows up half in it. One transaction over all pages would show one moment, too, but a
 * slow reader would hold it open. So each page is one statement that takes back what the log tells of after the first line. That is exact, because every change
 * of a claim, a grant or a place is told there in its own transaction, and a grant ends once:
 *
 *   claims, grants   as of the first line: what was given later is not there, what ended later is as it was before
 *   waiters          who was served or left later still waits; who took a place later is left out
 *   payments         what confirmed a slot later is still pending; all else as of its page, together with its charge
 *   entries          up to the first line: they never change
 *
 * A quiet sale is told exactly. A running one is told as of one moment, but for payments, which the checker judges with room for those that are under way, and
 * for somebody who, during the export, is passed over in the line and waits again.
 */
import type { Queryable } from '../database/database.ts';

const PAGE_ROWS = 5_000;
/** An entry tells of a whole batch. */
const PAGE_ENTRIES = 100;
/** Below every user's id. */
const NOBODY = '-9223372036854775808';

const DROP = `
  select json_build_object('type', 'drop', 'id', id::text, 'kind', kind, 'stock', stock, 'granted', granted, 'waiting', waiting, 'arrivals', arrivals,
    'entries', entries, 'serials', serials, 'perUserLimit', per_user_limit, 'waitingLine', waiting_line, 'price', price, 'validUntil', valid_until,
    'opensAt', opens_at, 'closesAt', closes_at, 'cancelledAt', cancelled_at, 'serverTime', clock_timestamp())::text as line, arrivals, serials, entries
  from drops where id = $1`;

/** The serials that ended after entry $4. */
const ENDED = `
  ended as materialized (
    select json_array_elements_text(body -> 'serials')::integer as serial
    from log_entries where drop_id = $1 and number > $4 and kind in ('released', 'settled'))`;

/** $4: the last serial. */
const CLAIMS = `
  select json_build_object('type', 'claim', 'userId', user_id::text, 'requestId', request_id, 'arrival', arrival, 'outcome', outcome,
    'serial', case when serial <= $4 then serial end, 'claimedAt', claimed_at)::text as line
  from claims where drop_id = $1 and arrival > $2 and arrival <= $3 order by arrival`;

const GRANTS = `
  with ${ENDED}
  select json_build_object('type', 'grant', 'id', drop_id || '-' || serial, 'serial', serial, 'userId', user_id::text, 'arrival', arrival, 'code', code,
    'state', case when not lived then state when hold_until is null then 'issued' else 'held' end, 'grantedAt', granted_at,
    'settledAt', case when not lived then settled_at end, 'releasedAt', case when not lived then released_at end,
    'holdUntil', hold_until, 'validUntil', valid_until, 'expiresAt', expires_at, 'paymentId', payment_id)::text as line
  from (select *, serial in (select serial from ended) as lived from grants where drop_id = $1 and serial > $2 and serial <= $3) page
  order by serial`;

/** $3: how many, $4: the last entry. The first that the log tells of somebody after it says whether they waited then, and where; who is passed over has no name there. */
const WAITERS = `
  with later as materialized (
    select number, kind, body from log_entries where drop_id = $1 and number > $4 and kind in ('joined', 'left', 'offered')
  ), moved as (
    select distinct on (user_id) user_id::bigint, arrival::bigint, kind
    from later, rows from (json_array_elements_text(body -> 'userIds'), json_array_elements_text(body -> 'arrivals')) as m (user_id, arrival)
    order by user_id, number
  ), passed as (
    select json_array_elements_text(body -> 'passed')::bigint as arrival from later where kind = 'offered')
  select json_build_object('type', 'waiter', 'userId', user_id::text, 'arrival', coalesce(arrival_then, arrival),
    'state', case when waited then 'waiting' else state end, 'serial', case when not waited then serial end, 'joinedAt', joined_at)::text as line, user_id
  from (
    select w.*, m.arrival as arrival_then, m.arrival is not null or w.arrival in (select arrival from passed) as waited
    from waiters w left join moved m on m.user_id = w.user_id
    where w.drop_id = $1 and w.user_id > $2 and m.kind is distinct from 'joined' order by w.user_id limit $3) page
  order by user_id`;

/** Each with what the books say that are kept here. A provider's books are written on their own: what counts is their state together, as of one statement. */
const PAYMENTS = `
  with ${ENDED}, page as materialized (
    select *, state = 'succeeded' and serial in (select serial from ended) as confirmed_later
    from payments where drop_id = $1 and serial > $2 and serial <= $3
  ), charges as (
    select order_id, amount, refunded_at is not null as refunded from sandbox_charges where order_id in (select id from page)
    union all
    select s.order_id, -s.amount, exists (select from point_entries r where r.order_id = s.order_id and r.kind = 'refunded' and r.amount = -s.amount)
    from point_entries s where s.kind = 'spent' and s.order_id in (select id from page))
  select line from (
    select id, 1 as part, json_build_object('type', 'payment', 'id', id, 'serial', serial, 'userId', user_id::text, 'method', method,
      'state', case when confirmed_later then 'pending' else state end, 'amount', amount, 'createdAt', created_at, 'askedAt', asked_at,
      'decidedAt', case when not confirmed_later then decided_at end, 'refundedAt', refunded_at,
      'checkAt', case when confirmed_later then asked_at else check_at end, 'failure', failure)::text as line
    from page
    union all
    select order_id, 2, json_build_object('type', 'charge', 'orderId', order_id, 'amount', amount, 'refunded', refunded)::text from charges) lines
  order by id, part`;

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
  const { serials } = drop;
  const [arrivals, entries] = [Number(drop.arrivals), Number(drop.entries)];
  yield* byNumber(database, CLAIMS, { dropId, last: arrivals, page: PAGE_ROWS, asOf: [serials] });
  yield* byNumber(database, GRANTS, { dropId, last: serials, page: PAGE_ROWS, asOf: [entries] });
  yield* waiters(database, dropId, entries);
  yield* byNumber(database, PAYMENTS, { dropId, last: serials, page: PAGE_ROWS, asOf: [entries] });
  yield* byNumber(database, ENTRIES, { dropId, last: entries, page: PAGE_ENTRIES, asOf: [] });
}

interface Pages {
  readonly dropId: string;
  readonly last: number;
  readonly page: number;
  /** Further parameters: the first line's counters. */
  readonly asOf: readonly number[];
}

async function* byNumber(
  database: Queryable,
  statement: string,
  { dropId, last, page, asOf }: Pages,
): AsyncGenerator<string> {
  for (let after = 0; after < last; after += page) {
    const upTo = Math.min(after + page, last);
    const rows = await database.query<{ line: string }>(statement, [dropId, after, upTo, ...asOf]);
    for (const { line } of rows) yield `${line}\n`;
  }
}

/** Their places are no numbers without gaps, and have no index but for those who wait: these pages go by user. */
async function* waiters(database: Queryable, dropId: string, entries: number): AsyncGenerator<string> {
  let after: string | undefined = NOBODY;
  while (after !== undefined) {
    const page: { line: string; user_id: string }[] = await database.query(WAITERS, [
      dropId,
      after,
      PAGE_ROWS,
      entries,
    ]);
    for (const { line } of page) yield `${line}\n`;
    after = page.length < PAGE_ROWS ? undefined : page.at(-1)?.user_id;
  }
}
