/**
 * The database decides. Each claim is one transaction, and all claims on a drop go through it one after the other, because each takes the drop's row first:
 *
 *   look     without a lock: who has had an answer, is at the limit, or finds nothing left needs no place in the line. Most people of a sale end here; without this
 *            step a refusal takes as long as a unit
 *   lock     SELECT … FOR UPDATE of the drop's row; from here on this claim is alone
 *   decide   the same look again, in a statement of its own: it sees what those before us in the line have committed, which the locking statement does not
 *   write    the grant, the counter, COMMIT
 *
 * It loses nothing. Its price is a row that is locked for four round trips and a write to the disk per unit, whatever the hardware.
 */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { inTransaction } from './database.ts';
import type { Decision, Design, Granted, Press } from './design.ts';
import { answerWithoutUnit, findGrant, readStanding, writeGrant } from './tables.ts';

export class ForUpdate implements Design {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async claim(press: Press): Promise<Decision | undefined> {
    const standing = await readStanding(this.#pool, press);
    if (!standing) return undefined;
    const answer = answerWithoutUnit(standing, press.requestId);
    return answer === 'a unit is left' ? inTransaction(this.#pool, (client) => take(client, press)) : answer;
  }

  find(press: Press): Promise<Granted | undefined> {
    return findGrant(this.#pool, press);
  }

  async open(): Promise<void> {}

  async countUnwritten(): Promise<number> {
    return 0;
  }

  async check(): Promise<void> {
    await this.#pool.query('select 1');
  }

  async close(): Promise<void> {}
}

const LOCK_DROP = 'select 1 from baseline_drops where id = $1 for update';

async function take(client: pg.PoolClient, press: Press): Promise<Decision | undefined> {
  await client.query({ name: 'lock-drop', text: LOCK_DROP, values: [press.dropId] });
  const standing = await readStanding(client, press);
  if (!standing) return undefined;
  const answer = answerWithoutUnit(standing, press.requestId);
  if (answer !== 'a unit is left') return answer;
  const grant = { outcome: 'granted', grantId: randomUUID(), serial: standing.granted + 1 } as const;
  await writeGrant(client, press, grant);
  return grant;
}
