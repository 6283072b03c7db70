/**
 * The baselines: three usual ways of selling exactly N, each as a competent team would write it, behind one small server that speaks our contract. What a benchmark or a
 * fault schedule finds out about them says what is special about ours, and what is not.
 *
 *   for-update     the database decides, one transaction per claim, one after the other behind a row lock
 *   redis-lock     a lock in Redis lets one claim at a time through to the database
 *   redis-script   Redis decides, the buyer has the answer at once, and the database is written later
 *
 * None of them numbers the claims that it refuses, and none keeps a refusal: without a unit nothing is worth a write to them. So a refusal has no `arrival` and no lookup finds
 * it, and a repeated request is decided again, which gives the same refusal as long as no unit comes back.
 */

export const BASELINE_NAMES = ['for-update', 'redis-lock', 'redis-script'] as const;
export type BaselineName = (typeof BASELINE_NAMES)[number];

export interface Granted {
  readonly outcome: 'granted';
  readonly grantId: string;
  readonly serial: number;
}

export interface Refused {
  readonly outcome: 'sold_out' | 'limit_reached';
}

export type Decision = Granted | Refused;

export interface DropTerms {
  readonly id: string;
  readonly stock: number;
  readonly perUserLimit: number;
}

/** One press of one user. */
export interface Press {
  readonly dropId: string;
  readonly userId: string;
  readonly requestId: string;
}

export interface Design {
  /** Undefined: there is no such drop. Throws when it cannot be decided now; whether a unit was taken is open then, and the same press tells. */
  claim(press: Press): Promise<Decision | undefined>;
  /** What a press was granted. Undefined: nothing, or it is not known. */
  find(press: Press): Promise<Granted | undefined>;
  /** Called once, when the drop stands in the database. */
  open(terms: DropTerms): Promise<void>;
  /** Grants that were told and are still on their way to the database. */
  countUnwritten(): Promise<number>;
  /** Throws when it cannot take claims. */
  check(): Promise<void>;
  /** Called when the last answer is out. */
  close(): Promise<void>;
}
