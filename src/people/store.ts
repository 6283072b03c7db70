/** The statements behind the list of people. Each finds claims by their keys, in its own way; what belongs to a claim is then looked up by key, one by one: planned joins would read whole tables. */
import { accountNamed } from '../accounts/store.ts';
import type { Queryable } from '../database/database.ts';
import type { GrantState } from '../grants/grant.ts';
import { GRANT_PAYING, GRANT_STATE } from '../grants/store.ts';
import type { LoggedOutcome } from '../ledger/log-event.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import type { PaymentState } from '../payments/payment.ts';

export const LINE_STATES = ['waiting', 'offered', 'left', 'passed'] as const;

export interface PersonInDrop {
  readonly arrival: number;
  readonly claimedAt: string;
  readonly outcome: LoggedOutcome;
  readonly person: { readonly id: string; readonly username: string | null };
  /** The place that this claim has, or had, in the waiting line. */
  readonly line: { readonly state: (typeof LINE_STATES)[number]; readonly position: number | null } | null;
  /** The unit that it got, at once or from the line. */
  readonly grant: {
    readonly id: string;
    readonly serial: number;
    readonly state: GrantState;
    readonly grantedAt: string;
    readonly holdUntil: string | null;
    readonly validUntil: string | null;
    readonly settledAt: string | null;
    readonly reference: string | null;
    readonly paying: boolean;
    /** The one that is in flight or has paid it; else the last one. */
    readonly payment: {
      readonly id: string;
      readonly state: PaymentState;
      readonly amount: number;
      readonly currency: string;
    } | null;
  } | null;
  /** The log entry that tells of it, where the log was read. */
  readonly entry?: number;
}

interface PersonRow {
  arrival: string;
  claimed_at: Date;
  outcome: PersonInDrop['outcome'];
  user_id: string;
  username: string | null;
  line_state: (typeof LINE_STATES)[number] | null;
  position: string | null;
  entry: string | null;
  serial: number | null;
  state: GrantState;
  granted_at: Date;
  hold_until: Date | null;
  valid_until: Date | null;
  settled_at: Date | null;
  reference: string | null;
  paying: boolean | null;
  payment: { id: string; state: PaymentState; amount: number; currency: string } | null;
}

/** `found`: a statement with user_id, request_id, nth (the order), entry and position. The drop is $1. */
const peopleOf = (found: string): string => `
  with found as materialized (${found})
  select c.arrival, c.claimed_at, c.outcome, c.user_id, a.username, w.state as line_state, f.position, f.entry,
         g.serial, ${GRANT_STATE} as state, g.granted_at, g.hold_until, g.valid_until, g.settled_at, g.reference, ${GRANT_PAYING} as paying, p.payment
  from found f
  cross join lateral (select * from claims where drop_id = $1 and user_id = f.user_id and request_id = f.request_id offset 0) c
  left join lateral (select username from accounts where id = c.user_id offset 0) a on true
  left join lateral (select state from waiters where drop_id = $1 and user_id = c.user_id and request_id = c.request_id offset 0) w on true
  left join lateral (select * from grants where drop_id = $1 and serial = c.serial offset 0) g on true
  left join lateral (
    select payment_json(payments, g::grants, clock_timestamp()) as payment from payments
    where drop_id = $1 and payments.serial = g.serial
    order by coalesce(id = g.payment_id, false) desc, created_at desc limit 1) p on true
  order by f.nth`;

const EXTENT = 'select serials, entries from drops where id = $1';

/** How far a drop's serials and its log go. */
export async function extentOf(database: Queryable, dropId: string): Promise<{ serials: number; entries: number }> {
  const [row] = await database.query<{ serials: number; entries: string }>(EXTENT, [dropId]);
  return { serials: row?.serials ?? 0, entries: Number(row?.entries ?? 0) };
}

const HOLDERS = peopleOf(`
  select g.user_id, c.request_id, g.serial as nth, null::bigint as entry, null::bigint as position
  from grants g
  cross join lateral (
    select request_id from claims where drop_id = $1 and user_id = g.user_id and serial = g.serial and serial is not null offset 0) c
  where g.drop_id = $1 and g.serial between $2::int and $3::int and ($4::text is null or ${GRANT_STATE} = $4)
  order by g.serial limit $5`);

export interface Numbers {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export async function holdersIn(
  database: Queryable,
  dropId: string,
  { state, from, to, limit }: Numbers & { readonly state: GrantState | undefined },
): Promise<{ found: PersonInDrop[]; reached: number }> {
  const rows = await database.query<PersonRow>(HOLDERS, [dropId, from, to, state ?? null, limit]);
  return { found: rows.map((row) => readRow(row, dropId)), reached: to };
}

const LINE = peopleOf(`
  select user_id, request_id, arrival as nth, null::bigint as entry, $3::bigint + row_number() over (order by arrival) as position
  from (select * from waiters where drop_id = $1 and state = 'waiting' and arrival > $2 order by arrival limit $4) w`);

/** Those behind an arrival, `before` whom others stood. */
export async function lineAfter(
  database: Queryable,
  dropId: string,
  { afterArrival, before, limit }: { afterArrival: string; before: number; limit: number },
): Promise<PersonInDrop[]> {
  const rows = await database.query<PersonRow>(LINE, [dropId, afterArrival, before, limit]);
  return rows.map((row) => readRow(row, dropId));
}

/** As far as the entry in which so many have come together, or to the end; and how many that are. Some of the refused may have got a unit from the line since: they count here. */
const ENTRIES = `
  select coalesce(min(number) filter (where counted >= $5), $3::bigint) as "to", count(*)::int as entries
  from (
    select l.number, sum(n) over (order by l.number) as counted
    from log_entries l
    cross join lateral json_to_record(l.body) as b (outcomes text)
    cross join lateral length(case when $4 then replace(b.outcomes, 'g', '') else b.outcomes end) as n
    where l.drop_id = $1 and l.number between $2 and $3 and l.kind = 'claims' and n > 0) e`;

const LOGGED = peopleOf(`
  select t.user_id::bigint as user_id, t.request_id, b."firstArrival" + t.place - 1 as nth, l.number as entry, null::bigint as position
  from log_entries l
  cross join lateral json_to_record(l.body) as b ("firstArrival" bigint, outcomes text, "userIds" json, "requestIds" json)
  cross join lateral rows from (json_array_elements_text(b."userIds"), json_array_elements_text(b."requestIds"))
    with ordinality as t (user_id, request_id, place)
  where l.drop_id = $1 and l.number between $2 and $3 and l.kind = 'claims' and b."firstArrival" + t.place - 1 > $4
    and (not $5 or replace(b.outcomes, 'g', '') <> '')
    and (not $5 or substr(b.outcomes, t.place::int, 1) <> 'g' and not exists (
      select from claims c where c.drop_id = $1 and c.user_id = t.user_id::bigint and c.request_id = t.request_id and c.serial is not null offset 0))
  order by nth limit $6`);

/** From the first of these entries on, as far as it takes to find so many. `reached`: the last entry that was looked at. */
export async function loggedIn(
  database: Queryable,
  dropId: string,
  { refused, afterArrival, from, to, limit }: Numbers & { readonly refused: boolean; readonly afterArrival: string },
): Promise<{ found: PersonInDrop[]; reached: number }> {
  const [looked] = await database.query<{ to: string; entries: number }>(ENTRIES, [dropId, from, to, refused, limit]);
  const reached = Number(looked?.to ?? to);
  if (looked === undefined || looked.entries === 0) return { found: [], reached };
  const rows = await database.query<PersonRow>(LOGGED, [dropId, from, reached, afterArrival, refused, limit]);
  return { found: rows.map((row) => readRow(row, dropId)), reached };
}

const OF_PERSON = peopleOf(`
  select c.user_id, c.request_id, c.arrival as nth, null::bigint as entry, null::bigint as position
  from claims c
  left join lateral (select * from grants where drop_id = $1 and serial = c.serial offset 0) g on true
  where c.drop_id = $1 and c.user_id = ${accountNamed('$2')} and c.arrival > $3
    and ($4::text is null or ${GRANT_STATE} = $4)
  order by c.arrival limit $5`);

export interface ClaimsOfPerson {
  readonly username: string;
  readonly state: GrantState | undefined;
  readonly afterArrival: string;
  readonly limit: number;
}

export async function claimsOf(
  database: Queryable,
  dropId: string,
  { username, state, afterArrival, limit }: ClaimsOfPerson,
): Promise<PersonInDrop[]> {
  const values = [dropId, username, afterArrival, state ?? null, limit];
  const rows = await database.query<PersonRow>(OF_PERSON, values);
  return rows.map((row) => readRow(row, dropId));
}

function readRow(row: PersonRow, dropId: string): PersonInDrop {
  const { payment } = row;
  return {
    arrival: Number(row.arrival),
    claimedAt: row.claimed_at.toISOString(),
    outcome: row.outcome,
    person: { id: row.user_id, username: row.username },
    line: row.line_state && { state: row.line_state, position: row.position === null ? null : Number(row.position) },
    grant:
      row.serial === null
        ? null
        : {
            id: grantIdOf(dropId, row.serial),
            ...{ serial: row.serial, state: row.state, grantedAt: row.granted_at.toISOString() },
            holdUntil: row.hold_until?.toISOString() ?? null,
            validUntil: row.valid_until?.toISOString() ?? null,
            settledAt: row.settled_at?.toISOString() ?? null,
            reference: row.reference,
            paying: row.paying === true,
            payment: payment && {
              ...{ id: payment.id, state: payment.state, amount: payment.amount, currency: payment.currency },
            },
          },
    ...(row.entry !== null && { entry: Number(row.entry) }),
  };
}
