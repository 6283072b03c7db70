/**
 * The ledger's export of one drop, as `GET /v1/drops/{id}/ledger` gives it: one JSON object per line, each with a `type`.
 * Times are ISO 8601 strings of the database's clock, which is another clock than the history's.
 */
import type { Outcome } from './attempt.ts';

export interface LedgerDrop {
  readonly type: 'drop';
  readonly id: string;
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  /** Units in somebody's hands now. */
  readonly granted: number;
  /** People who stand in the waiting line now, whether it is switched on or not. */
  readonly waiting: number;
  /** How many arrivals, log entries and serials have been given out. */
  readonly arrivals: number;
  readonly entries: number;
  readonly serials: number;
  readonly perUserLimit: number;
  readonly waitingLine: boolean;
  /** `null` for coupons. */
  readonly price: number | null;
  /** A day on which all coupons end; `null` for slots, and for coupons that are valid for some days each. */
  readonly validUntil: string | null;
  readonly opensAt: string;
  readonly closesAt: string | null;
  readonly cancelledAt: string | null;
  readonly serverTime: string;
}

/** What the ledger can decide: `not_open` never enters it. */
export type LedgerOutcome = Exclude<Outcome, 'not_open'>;

export interface LedgerClaim {
  readonly type: 'claim';
  readonly userId: string;
  readonly requestId: string;
  readonly arrival: number;
  /** The first and only answer: a claim that got its unit from the waiting line goes on to be `sold_out`. */
  readonly outcome: LedgerOutcome;
  readonly serial: number | null;
  readonly claimedAt: string;
}

export interface LedgerGrant {
  readonly type: 'grant';
  /** Compared with what clients were told when the export has it. */
  readonly id?: string;
  readonly serial: number;
  readonly userId: string;
  readonly arrival: number;
  readonly code: string | null;
  readonly state: string;
  readonly grantedAt: string;
  /** Final, and it keeps its unit. Absent, as the two below, in exports from before grants had lives. */
  readonly settledAt?: string | null;
  /** The unit went back. */
  readonly releasedAt: string | null;
  readonly holdUntil: string | null;
  readonly validUntil: string | null;
  /** When time alone ends it: its hold or validity, or a little later while a payment is in flight. */
  readonly expiresAt?: string | null;
  readonly paymentId?: string | null;
}

/** One person's place in the line, or what became of it. */
export interface LedgerWaiter {
  readonly type: 'waiter';
  readonly userId: string;
  readonly arrival: number;
  readonly state: string;
  /** `offered`: the grant that they were given. */
  readonly serial: number | null;
  readonly joinedAt: string;
}

export interface LedgerPayment {
  readonly type: 'payment';
  readonly id: string;
  readonly serial: number;
  readonly userId: string;
  readonly method: string;
  readonly state: string;
  readonly amount: number;
  readonly createdAt: string;
  /** The provider was asked: from here on the money may have been taken. */
  readonly askedAt: string | null;
  readonly decidedAt: string | null;
  readonly refundedAt: string | null;
  /** When somebody looks after it next; `null`: nobody does, it is over. Absent where the export does not say. */
  readonly checkAt?: string | null;
  readonly failure: string | null;
}

/** What the books of a provider say that keeps them in our database. */
export interface LedgerCharge {
  readonly type: 'charge';
  /** The payment's id. */
  readonly orderId: string;
  readonly amount: number;
  readonly refunded: boolean;
}

export interface LedgerEntry {
  readonly type: 'entry';
  readonly number: number;
  readonly kind: string;
  readonly at: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Ledger {
  readonly drop: LedgerDrop;
  readonly claims: readonly LedgerClaim[];
  readonly grants: readonly LedgerGrant[];
  readonly waiters: readonly LedgerWaiter[];
  readonly payments: readonly LedgerPayment[];
  readonly charges: readonly LedgerCharge[];
  readonly entries: readonly LedgerEntry[];
}

type Row = LedgerDrop | LedgerClaim | LedgerGrant | LedgerWaiter | LedgerPayment | LedgerCharge | LedgerEntry;

/** What a drop is where its export, from before there was a waiting line, does not say it. */
const UNSAID = { waiting: 0, waitingLine: false, price: null, validUntil: null };

/** Reads an export. Throws an `Error` that names the line when a line is no JSON, has no known type, or no drop is there. */
export function parseLedger(ndjson: string): Ledger {
  let drop: LedgerDrop | undefined;
  const rows = {
    claim: [] as LedgerClaim[],
    grant: [] as LedgerGrant[],
    waiter: [] as LedgerWaiter[],
    payment: [] as LedgerPayment[],
    charge: [] as LedgerCharge[],
    entry: [] as LedgerEntry[],
  };
  let number = 0;
  for (const line of ndjson.split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    const row = parseLine(line, number);
    if (row.type === 'drop') drop = { ...UNSAID, ...row };
    else if (Object.hasOwn(rows, row.type)) (rows[row.type] as Row[]).push(row);
    else throw new Error(`ledger export, line ${number}: unknown type ${JSON.stringify(row.type)}`);
  }
  if (drop === undefined) throw new Error('ledger export: no line of type "drop"; was the answer cut short?');
  return {
    drop,
    claims: rows.claim,
    grants: rows.grant,
    waiters: rows.waiter,
    payments: rows.payment,
    charges: rows.charge,
    entries: rows.entry,
  };
}

function parseLine(line: string, number: number): Row {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`ledger export, line ${number}: not JSON`, { cause: error });
  }
}
