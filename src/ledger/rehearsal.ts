/**
 * A rehearsal of the ledger at the start: a few full batches on a drop that is never committed.
 *
 * The embedded database is WebAssembly, compiled twice: quickly when first called, well once it has been called often. Without a rehearsal that second
 * compilation falls into the first seconds of the first sale, beside the crowd.
 */
import type { Database } from '../database/database.ts';

const BATCH_CLAIMS = 512;
const ROUNDS = 12;

const DROP = `
  insert into drops (id, kind, title, stock, per_user_limit, opens_at, discount_percent, valid_for_days)
  overriding system value values (0, 'coupon', 'rehearsal', $1, 1, clock_timestamp() - interval '1 s', 1, 1)`;

class Curtain extends Error {}

/** Leaves nothing behind: no row, no used number, and no room that only dead rows take. */
export async function rehearse(database: Database): Promise<void> {
  const act = database.transaction(async (transaction) => {
    // Half of the claims win, half come too late: both ways are practised.
    await transaction.query(DROP, [(BATCH_CLAIMS * ROUNDS) / 2]);
    for (let round = 0; round < ROUNDS; round += 1) {
      const numbers = Array.from({ length: BATCH_CLAIMS }, (_, place) => round * BATCH_CLAIMS + place);
      await transaction.query('select claim(0, $1, $2, $3)::text', [
        numbers.map((number) => String(-1 - number)),
        numbers.map((number) => `rehearsal-${number}`),
        numbers.map((number) => `rehearsal-${number}`),
      ]);
    }
    throw new Curtain();
  });
  await act.catch((error: unknown) => {
    if (!(error instanceof Curtain)) throw error;
  });
  await database.execute('vacuum drops, claims, grants, log_entries');
}
