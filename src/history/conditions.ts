/**
 * The terms under which each arrival was decided. An administrator may change a drop while it runs, so the final stock
 * says nothing about arrival 17: the log does. It is read from its beginning, and whatever changed holds for the
 * arrivals that come after it in the log.
 *
 * The log's first entry tells the stock. It tells no per-user limit or closing time: those are the drop's present ones
 * unless some entry changed them; then the value before the first change is unknown, and rules that need it say nothing.
 */
import { amendedChanges, claimsBody, type Ledger, type LedgerEntry } from './ledger.ts';

export interface Conditions {
  readonly stock: number;
  /** `undefined`: not known for these arrivals. */
  readonly perUserLimit: number | undefined;
  readonly closesAt: string | null | undefined;
  readonly cancelled: boolean;
}

/** These conditions hold from this arrival on, until the next segment. */
export interface Segment {
  readonly fromArrival: number;
  readonly conditions: Conditions;
}

/** The drop's terms over time, by arrival; at least one segment, starting at arrival 1. */
export function readSegments(ledger: Ledger): readonly Segment[] {
  let conditions = firstConditions(ledger);
  let nextArrival = 1;
  const segments: Segment[] = [{ fromArrival: 1, conditions }];
  for (const entry of ledger.entries) {
    if (entry.kind === 'claims') nextArrival += claimsBody(entry)?.outcomes.length ?? 0;
    const changed = applyEntry(conditions, entry);
    if (changed === conditions) continue;
    conditions = changed;
    segments.push({ fromArrival: nextArrival, conditions });
  }
  return segments;
}

function firstConditions(ledger: Ledger): Conditions {
  const created = ledger.entries.find((entry) => entry.kind === 'created')?.body ?? {};
  const amended = ledger.entries.filter((entry) => entry.kind === 'amended').map(amendedChanges);
  const told = <T>(field: 'perUserLimit' | 'closesAt', present: T): T | undefined => {
    if (created[field] !== undefined) return created[field] as T;
    return amended.some((changes) => field in changes) ? undefined : present;
  };
  return {
    stock: typeof created['stock'] === 'number' ? created['stock'] : ledger.drop.stock,
    perUserLimit: told('perUserLimit', ledger.drop.perUserLimit),
    closesAt: told('closesAt', ledger.drop.closesAt),
    cancelled: false,
  };
}

function applyEntry(before: Conditions, entry: LedgerEntry): Conditions {
  if (entry.kind === 'cancelled') return { ...before, cancelled: true };
  if (entry.kind !== 'amended') return before;
  const { stock, perUserLimit, closesAt } = amendedChanges(entry);
  return {
    stock: typeof stock === 'number' ? stock : before.stock,
    perUserLimit: typeof perUserLimit === 'number' ? perUserLimit : before.perUserLimit,
    closesAt: typeof closesAt === 'string' || closesAt === null ? closesAt : before.closesAt,
    cancelled: before.cancelled,
  };
}
