/**
 * The answers to a claim. Refusals are values: they are expected, and everybody but N people gets one.
 *
 * By precedence, as the ledger decides them: the hour first (not_open, closed), then the user's limit (limit_reached), then the stock (sold_out), else granted.
 */

interface Claimed {
  readonly dropId: string;
  readonly requestId: string;
}

/** One unit is the user's. Committed before anyone is told. */
export interface Granted extends Claimed {
  readonly outcome: 'granted';
  readonly grantId: string;
  readonly serial: number;
  readonly arrival: number;
  /** Coupons only: the code and the last moment to use it. */
  readonly code?: string;
  readonly validUntil?: string;
  /** Purchase slots only: when the hold ends. */
  readonly holdUntil?: string;
}

/** No unit. With an `arrival` it is the ledger's answer and final; without one it was given at the gate, and the claim was not taken. */
export interface Refused extends Claimed {
  readonly outcome: 'closed' | 'limit_reached' | 'sold_out';
  readonly arrival?: number;
}

/** Too early. Nothing is remembered: the same request may be sent again at `opensAt`. */
export interface NotOpen extends Claimed {
  readonly outcome: 'not_open';
  readonly opensAt: string;
  readonly serverTime: string;
}

export type Outcome = Granted | Refused | NotOpen;

/** A grant's id says where it stands in the ledger: the drop, and its serial there. */
export function grantIdOf(dropId: string, serial: number): string {
  return `${dropId}-${serial}`;
}

/** The reverse of `grantIdOf`; undefined for what it never gave: a grant has one name, and no leading zeros make it another. */
export function parseGrantId(grantId: string): { dropId: string; serial: number } | undefined {
  const match = /^([1-9]\d{0,17})-([1-9]\d{0,8})$/.exec(grantId);
  return match?.[1] && match[2] ? { dropId: match[1], serial: Number(match[2]) } : undefined;
}
