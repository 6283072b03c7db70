/** My coupons and slots, as the ledger has them. */
import type { Queryable } from '../database/database.ts';
import type { DropKind } from '../drops/drop.ts';
import { discountOf } from '../drops/store.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import type { Grant, GrantState } from './grant.ts';

interface GrantRow {
  drop_id: string;
  kind: DropKind;
  title: string;
  image_url: string | null;
  serial: number;
  arrival: string;
  state: GrantState;
  granted_at: Date;
  granted_at_micros: string;
  code: string | null;
  valid_until: Date | null;
  hold_until: Date | null;
  discount_percent: number | null;
  discount_amount: string | null;
  price: string | null;
  currency: string | null;
  settled_at: Date | null;
  reference: string | null;
  paying: boolean;
}

/** The state of a row `g` of grants as people see it: what time has ended reads as expired, also before somebody has written so. */
export const GRANT_STATE = `
  case when g.state in ('issued', 'held') and g.expires_at <= clock_timestamp() then 'expired'
       when g.state = 'issued' then 'usable'
       else g.state end`;
/** Whether a payment for it is in flight. */
export const GRANT_PAYING = `g.state = 'held' and g.payment_id is not null and g.expires_at > clock_timestamp()`;

const MINE = `
  select g.drop_id, d.kind, d.title, d.image_url, g.serial, g.arrival, g.granted_at, g.code, g.valid_until, g.hold_until,
         g.settled_at, g.reference, d.discount_percent, d.discount_amount, d.price, d.currency, ${GRANT_PAYING} as paying,
         (extract(epoch from g.granted_at) * 1000000)::bigint as granted_at_micros, ${GRANT_STATE} as state
  from grants g join drops d on d.id = g.drop_id
  where g.user_id = $1`;

const LIST = `
  with mine as (${MINE})
  select * from mine
  where ($2::text is null or kind = $2) and ($3::text is null or state = $3) and ($8::bigint is null or drop_id = $8)
    and ($4::bigint is null or (granted_at_micros, drop_id, serial) < ($4, $5::bigint, $6::int))
  order by granted_at_micros desc, drop_id desc, serial desc
  limit $7`;

const ONE = `${MINE} and g.drop_id = $2 and g.serial = $3`;

/** Where a list goes on: after this grant. */
export interface GrantPlace {
  readonly grantedAtMicros: string;
  readonly dropId: string;
  readonly serial: number;
}

export interface GrantFilter {
  readonly kind?: DropKind;
  readonly state?: GrantState;
  readonly dropId?: string;
  readonly after?: GrantPlace;
  readonly limit: number;
}

/** Newest first; `next` is where the list goes on, or null at its end. */
export async function grantsOf(
  database: Queryable,
  userId: string,
  { kind, state, dropId, after, limit }: GrantFilter,
): Promise<{ grants: Grant[]; next: GrantPlace | null }> {
  const rows = await database.query<GrantRow>(LIST, [
    userId,
    kind ?? null,
    state ?? null,
    after?.grantedAtMicros ?? null,
    after?.dropId ?? null,
    after?.serial ?? null,
    limit + 1,
    dropId ?? null,
  ]);
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    grants: shown.map(toGrant),
    next: last ? { grantedAtMicros: last.granted_at_micros, dropId: last.drop_id, serial: last.serial } : null,
  };
}

export async function grantOf(
  database: Queryable,
  userId: string,
  dropId: string,
  serial: number,
): Promise<Grant | undefined> {
  const [row] = await database.query<GrantRow>(ONE, [userId, dropId, serial]);
  return row && toGrant(row);
}

function toGrant(row: GrantRow): Grant {
  return {
    id: grantIdOf(row.drop_id, row.serial),
    kind: row.kind,
    dropId: row.drop_id,
    title: row.title,
    imageUrl: row.image_url,
    serial: row.serial,
    arrival: Number(row.arrival),
    state: row.state,
    grantedAt: row.granted_at.toISOString(),
    code: row.code,
    validUntil: row.valid_until?.toISOString() ?? null,
    discount: discountOf(row.discount_percent, row.discount_amount, row.currency),
    holdUntil: row.hold_until?.toISOString() ?? null,
    price: row.price === null ? null : Number(row.price),
    currency: row.currency,
    settledAt: row.settled_at?.toISOString() ?? null,
    reference: row.reference,
    paying: row.paying,
  };
}
