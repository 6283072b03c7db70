/**
 * The tables of the baselines: a drop with its counter, and the units in people's hands.
 *
 * The key (drop, user, request) keeps a press that came twice from being written twice. Nothing else is forbidden: a check on `granted <= stock` or a unique serial would catch some
 * of what a design lets through, but then the database decides, and the lock or the script before it is no design of its own.
 */
import type pg from 'pg';
import type { Decision, DropTerms, Granted, Press } from './design.ts';

/** Two servers may start at the same moment, and `if not exists` is no lock. */
const CREATE_TABLES = `
  select pg_advisory_xact_lock(4711);
  create table if not exists baseline_drops (
    id             bigint generated always as identity primary key,
    stock          integer not null,
    per_user_limit integer not null,
    granted        integer not null default 0
  );
  create table if not exists baseline_grants (
    id         uuid not null,
    drop_id    bigint not null references baseline_drops,
    user_id    bigint not null,
    request_id text not null,
    serial     integer not null,
    granted_at timestamptz not null default now(),
    primary key (drop_id, user_id, request_id)
  );`;

export async function createTables(pool: pg.Pool): Promise<void> {
  // Several statements in one query are one transaction.
  await pool.query(CREATE_TABLES);
}

export async function insertDrop(pool: pg.Pool, stock: number, perUserLimit: number): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    'insert into baseline_drops (stock, per_user_limit) values ($1, $2) returning id',
    [stock, perUserLimit],
  );
  if (!rows[0]) throw new Error('no drop was made');
  return rows[0].id;
}

/** How a user stands with a drop. */
export interface Standing {
  readonly stock: number;
  readonly perUserLimit: number;
  readonly granted: number;
  readonly ownGrants: readonly (Granted & { readonly requestId: string })[];
}

interface StandingRow {
  readonly stock: number;
  readonly per_user_limit: number;
  readonly granted: number;
  readonly grant_id: string | null;
  readonly request_id: string;
  readonly serial: number;
}

const READ_STANDING = `
  select d.stock, d.per_user_limit, d.granted, g.id as grant_id, g.request_id, g.serial
  from baseline_drops d left join baseline_grants g on g.drop_id = d.id and g.user_id = $2
  where d.id = $1`;

/** Undefined: there is no such drop. */
export async function readStanding(
  client: pg.Pool | pg.PoolClient,
  { dropId, userId }: Press,
): Promise<Standing | undefined> {
  const { rows } = await client.query<StandingRow>({
    name: 'read-standing',
    text: READ_STANDING,
    values: [dropId, userId],
  });
  if (!rows[0]) return undefined;
  const { stock, per_user_limit: perUserLimit, granted } = rows[0];
  const ownGrants = rows.flatMap(({ grant_id: grantId, request_id: requestId, serial }) =>
    grantId === null ? [] : [{ outcome: 'granted', grantId, requestId, serial } as const],
  );
  return { stock, perUserLimit, granted, ownGrants };
}

/** The answer to a press, as far as there is one without a unit being taken. */
export function answerWithoutUnit(standing: Standing, requestId: string): Decision | 'a unit is left' {
  const known = standing.ownGrants.find((grant) => grant.requestId === requestId);
  if (known) return { outcome: 'granted', grantId: known.grantId, serial: known.serial };
  if (standing.ownGrants.length >= standing.perUserLimit) return { outcome: 'limit_reached' };
  return standing.granted >= standing.stock ? { outcome: 'sold_out' } : 'a unit is left';
}

const INSERT_GRANT =
  'insert into baseline_grants (id, drop_id, user_id, request_id, serial) values ($1, $2, $3, $4, $5)';
const COUNT_GRANT = 'update baseline_drops set granted = granted + 1 where id = $1';

export async function writeGrant(
  client: pg.PoolClient,
  { dropId, userId, requestId }: Press,
  { grantId, serial }: Granted,
): Promise<void> {
  await client.query({
    name: 'insert-grant',
    text: INSERT_GRANT,
    values: [grantId, dropId, userId, requestId, serial],
  });
  await client.query({ name: 'count-grant', text: COUNT_GRANT, values: [dropId] });
}

export async function findGrant(pool: pg.Pool, { dropId, userId, requestId }: Press): Promise<Granted | undefined> {
  const { rows } = await pool.query<{ id: string; serial: number }>({
    name: 'find-grant',
    text: 'select id, serial from baseline_grants where drop_id = $1 and user_id = $2 and request_id = $3',
    values: [dropId, userId, requestId],
  });
  return rows[0] && { outcome: 'granted', grantId: rows[0].id, serial: rows[0].serial };
}

/** What the database holds of a drop. */
export interface Holdings extends DropTerms {
  /** The drop's own counter. */
  readonly granted: number;
  readonly grants: readonly HeldGrant[];
}

export interface HeldGrant {
  readonly grantId: string;
  readonly userId: string;
  readonly requestId: string;
  readonly serial: number;
}

const READ_HOLDINGS = `
  select d.stock, d.per_user_limit as "perUserLimit", d.granted,
         coalesce((select json_agg(json_build_object('grantId', g.id, 'userId', g.user_id::text, 'requestId', g.request_id, 'serial', g.serial)
                                   order by g.serial)
                   from baseline_grants g where g.drop_id = d.id), '[]') as grants
  from baseline_drops d where d.id = $1`;

/** Undefined: there is no such drop. */
export async function readHoldings(pool: pg.Pool, dropId: string): Promise<Holdings | undefined> {
  const { rows } = await pool.query<Omit<Holdings, 'id'>>(READ_HOLDINGS, [dropId]);
  return rows[0] && { id: dropId, ...rows[0] };
}
