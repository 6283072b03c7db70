/**
 * Ends what time has ended: slots whose hold is over, coupons whose validity is. The clock of the database decides, behind the lock, so nothing ends early; and as every
 * reader goes by the clock, too, nothing lives on because the worker is late. In batches: a sale's slots all end within the same few seconds.
 */
import type { Database } from '../database/database.ts';
import { passFence } from '../fleet/fences.ts';
import type { GrantLedger } from '../ledger/grant-ledger.ts';
import type { Job } from '../worker/jobs.ts';
import type { Teller } from './teller.ts';

const NAME = 'expiry';
const EVERY_MS = 97;
/** Of one transaction: it holds the drops' rows for some tens of milliseconds, between which claims go on. */
const BATCH_MAX = 1_000;
/** The lease is asked for again after so many. */
const BATCHES_MAX = 20;

export interface ExpiryParts {
  readonly database: Database;
  readonly grantLedger: GrantLedger;
  readonly teller: Teller;
  readonly onExpired: (grants: number) => void;
}

export function expiryJob({ database, grantLedger, teller, onExpired }: ExpiryParts): Job {
  return {
    name: NAME,
    everyMs: EVERY_MS,
    async run(fence) {
      for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
        const due = await grantLedger.due(BATCH_MAX);
        if (due.length === 0) return;
        const { answers, commits } = await database.transaction(async (transaction) => {
          await passFence(transaction, NAME, fence);
          return grantLedger.expire(transaction, due);
        });
        teller.tell(commits);
        onExpired(answers.filter(({ answer }) => answer === 'done').length);
        if (due.length < BATCH_MAX) return;
      }
    },
  };
}
