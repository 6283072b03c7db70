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
  /** How many arrivals, log entries and serials have been given out. */
  readonly arrivals: number;
  readonly entries: number;
  readonly serials: number;
  readonly perUserLimit: number;
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
  readonly releasedAt: string | null;
  readonly holdUntil: string | null;
  readonly validUntil: string | null;
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
  readonly entries: readonly LedgerEntry[];
}

/** The body of an entry of kind `claims`: one letter, user and request per claim, in arrival order. */
export interface ClaimsBody {
  readonly firstArrival: number;
  readonly firstSerial: number;
  readonly outcomes: string;
  readonly userIds: readonly string[];
  readonly requestIds: readonly string[];
}

export const outcomeOfLetter: Readonly<Record<string, LedgerOutcome>> = {
  g: 'granted',
  s: 'sold_out',
  l: 'limit_reached',
  c: 'closed',
};

/** The body of a `claims` entry, or `undefined` when its shape is wrong: what was exported is evidence, not trusted. */
export function claimsBody(entry: LedgerEntry): ClaimsBody | undefined {
  const { firstArrival, firstSerial, outcomes, userIds, requestIds } = entry.body;
  if (typeof firstArrival !== 'number' || typeof outcomes !== 'string') return undefined;
  if (!Array.isArray(userIds) || !Array.isArray(requestIds)) return undefined;
  if (userIds.length !== outcomes.length || requestIds.length !== outcomes.length) return undefined;
  if (typeof firstSerial !== 'number' && outcomes.includes('g')) return undefined;
  return {
    firstArrival,
    firstSerial: typeof firstSerial === 'number' ? firstSerial : 0,
    outcomes,
    userIds,
    requestIds,
  };
}

/** The changes of an `amended` entry: new values by field name. */
export function amendedChanges(entry: LedgerEntry): Readonly<Record<string, unknown>> {
  const changes = entry.body['changes'];
  return typeof changes === 'object' && changes !== null ? (changes as Record<string, unknown>) : {};
}

/** Reads an export. Throws an `Error` that names the line when a line is no JSON, has no known type, or no drop is there. */
export function parseLedger(ndjson: string): Ledger {
  let drop: LedgerDrop | undefined;
  const claims: LedgerClaim[] = [];
  const grants: LedgerGrant[] = [];
  const entries: LedgerEntry[] = [];
  let number = 0;
  for (const line of ndjson.split('\n')) {
    number += 1;
    if (line.trim() === '') continue;
    const record = parseLine(line, number);
    if (record.type === 'drop') drop = record;
    else if (record.type === 'claim') claims.push(record);
    else if (record.type === 'grant') grants.push(record);
    else if (record.type === 'entry') entries.push(record);
    else
      throw new Error(
        `ledger export, line ${number}: unknown type ${JSON.stringify((record as { type: unknown }).type)}`,
      );
  }
  if (drop === undefined) throw new Error('ledger export: no line of type "drop"; was the answer cut short?');
  return { drop, claims, grants, entries };
}

function parseLine(line: string, number: number): LedgerDrop | LedgerClaim | LedgerGrant | LedgerEntry {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`ledger export, line ${number}: not JSON`, { cause: error });
  }
}
