/** Leases where there is no Redis, or none that answers: beside their fencing numbers, by the database's clock. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../database/database.ts';
import { LEASE_SECONDS, type Leases } from '../fleet/lease.ts';

/**
 * Taken when it is nobody's, kept when it is the holder's and its number is still the latest: a number that was raised elsewhere (redis-leases.ts) means
 * that another process does the job by now. What ran out is taken anew, by its last holder too.
 */
const HOLD = `
  insert into fences as fence (job, number, holder, held_until)
  values ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  on conflict (job) do update set
    number = case when fence.held_until > clock_timestamp() then fence.number else fence.number + 1 end,
    holder = excluded.holder,
    held_until = clock_timestamp() + $3 * interval '1 millisecond'
  where fence.held_until is null or fence.held_until <= clock_timestamp()
     or (fence.holder = $2 and fence.number = $4)
  returning number`;

const RELEASE = 'update fences set holder = null, held_until = null where job = $1 and holder = $2';

export class DatabaseLeases implements Leases {
  readonly #database: Database;
  readonly #leaseMs: number;
  readonly #holder = randomBytes(9).toString('base64url');
  readonly #numbers = new Map<string, number>();

  constructor(database: Database, leaseSeconds: number = LEASE_SECONDS) {
    this.#database = database;
    this.#leaseMs = leaseSeconds * 1000;
  }

  async hold(job: string): Promise<number | undefined> {
    const known = this.#numbers.get(job) ?? 0;
    const parameters = [job, this.#holder, this.#leaseMs, known];
    const [row] = await this.#database.query<{ number: string }>(HOLD, parameters);
    if (row === undefined) {
      this.#numbers.delete(job);
      return undefined;
    }
    const number = Number(row.number);
    this.#numbers.set(job, number);
    return number;
  }

  async release(job: string): Promise<void> {
    if (this.#numbers.delete(job)) await this.#database.query(RELEASE, [job, this.#holder]);
  }
}
