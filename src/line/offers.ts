/**
 * Offers what is left to those who wait. What comes back is offered in the transaction that releases it; this is for units that came another way: an administrator
 * has added stock, opened a closed drop again, or switched its line on. And it passes over those at the head who hold as many as one may.
 */
import type { Database } from '../database/database.ts';
import { passFence } from '../fleet/fences.ts';
import type { Teller } from '../grants/teller.ts';
import type { GrantLedger } from '../ledger/grant-ledger.ts';
import type { Job } from '../worker/jobs.ts';

const NAME = 'offers';
const EVERY_MS = 103;
const DROPS_MAX = 100;
const UNITS_MAX = 1_000;

export interface OffersParts {
  readonly database: Database;
  readonly grantLedger: GrantLedger;
  readonly teller: Teller;
}

export function offersJob({ database, grantLedger, teller }: OffersParts): Job {
  return {
    name: NAME,
    everyMs: EVERY_MS,
    async run(fence) {
      for (const { dropId, hands } of await grantLedger.owed(DROPS_MAX)) {
        const commit = await database.transaction(async (transaction) => {
          await passFence(transaction, NAME, fence);
          return grantLedger.offer(transaction, dropId, Math.min(hands, UNITS_MAX));
        });
        if (commit !== undefined) teller.tell([commit]);
      }
    },
  };
}
