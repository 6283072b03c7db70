/** Coupon codes for a decision of the ledger: made before, because the statement that decides cannot make them, and used for the units that it gives. */
import { isDatabaseError, SQLSTATE } from '../database/database.ts';

/** Codes are random: two equal ones are news. Three batches in a row with one are a broken random source. */
const ATTEMPTS_MAX = 3;

/** Decides with as many codes; with all of them anew when one of them is some other grant's already. */
export async function withFreshCodes<Result>(
  newCode: () => string,
  count: number,
  decide: (codes: string[]) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await decide(Array.from({ length: count }, newCode));
    } catch (error) {
      const codeTaken = isDatabaseError(error, SQLSTATE.uniqueViolation, 'grants_code');
      if (!codeTaken || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}
