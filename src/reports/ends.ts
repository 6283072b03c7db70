/**
 * What became of a drop's units, as its row counts them (db/migrations/006.do.reports.sql). Drops of before anybody counted have null, and until they are counted (`countEndsJob`) all their units
 * are taken to be in somebody's hands.
 */

/** What has not come to an end is still in somebody's hands. */
export const IN_HANDS =
  'serials - coalesce(used, 0) - coalesce(confirmed, 0) - coalesce(cancelled, 0) - coalesce(expired, 0) - coalesce(returned, 0)';
