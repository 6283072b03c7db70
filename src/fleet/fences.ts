/** The fencing numbers, in the database that they protect: see lease.ts. */
import type { Queryable } from '../database/database.ts';

const RAISE = `
  insert into fences (job, number) values ($1, 1)
  on conflict (job) do update set number = fences.number + 1
  returning number`;

/** Shared: several writes of the same holder don't wait for each other, and the next number waits until they are committed. */
const PASS = 'select from fences where job = $1 and number = $2 for share';

export class FencedOff extends Error {
  constructor(job: string, number: number) {
    super(`another process does "${job}" by now: number ${number} is no longer the latest`);
  }
}

/** The next number: from now on all lower ones are refused. */
export async function raiseFence(database: Queryable, job: string): Promise<number> {
  const [row] = await database.query<{ number: string }>(RAISE, [job]);
  return Number(row?.number);
}

/** Belongs in the transaction that writes. Throws FencedOff unless the number is the latest. */
export async function passFence(transaction: Queryable, job: string, number: number): Promise<void> {
  const [row] = await transaction.query(PASS, [job, number]);
  if (row === undefined) throw new FencedOff(job, number);
}
