/**
 * The ledger's log: one entry per batch and per change of a drop, numbered from 1 without gaps, written in the transaction that it tells of.
 * Those of what people do are written by the functions that decide it; this file writes what administrators change.
 *
 *   created    { stock, perUserLimit, opensAt, closesAt, waitingLine }   the drop exists
 *   claims     { firstArrival, firstSerial, outcomes, userIds, requestIds }   one batch, a letter per claim: g s l c (see claim.sql)
 *   settled    { state, serials }                          grants that keep their units for good: used, confirmed, or coupons that expired (settle.sql, decide.sql)
 *   released   { state, serials }                          units that went back: cancelled, returned, or slots that expired (release.sql)
 *   joined     { arrivals, userIds }                       claims that were refused with sold_out, and wait from now on (wait.sql)
 *   left       { arrivals, userIds }                       … and no longer
 *   offered    { firstSerial, arrivals, userIds, passed }  units for the head of the line, serial by serial; `passed`: arrivals passed over (offer.sql)
 *   amended    { changes }                                 an administrator changed it: the new values by their name in the API
 *   cancelled  {}                                          no more claims
 */
import type { Queryable } from '../database/database.ts';

type LogEntryKind = 'created' | 'amended' | 'cancelled';

const APPEND = `
  with counted as (update drops set entries = entries + 1 where id = $1 returning entries)
  insert into log_entries (drop_id, number, at, kind, body)
  select $1, entries, clock_timestamp(), $2, $3::text::json from counted`;

/** Appends an entry of a change. Belongs in the transaction that makes the change, after the drop's row has been locked. */
export async function append(transaction: Queryable, dropId: string, kind: LogEntryKind, body: object): Promise<void> {
  await transaction.query(APPEND, [dropId, kind, JSON.stringify(body)]);
}
