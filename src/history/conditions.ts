/**
 * The terms under which something was decided. An administrator may change a drop while it runs, so the final stock
 * says nothing about arrival 17: the log does. Whatever an entry changed holds for all that comes after it.
 *
 * What the first entry does not tell is as it is now, unless some entry changed it; then it is unknown until that entry,
 * and rules that need it say nothing.
 */

import { readEvent, type TermsEvent } from '../ledger/log-event.ts';
import type { Ledger, LedgerDrop } from './ledger.ts';

export interface Conditions {
  readonly stock: number;
  /** Each of these three is `undefined` while it is not known. */
  readonly perUserLimit: number | undefined;
  readonly closesAt: string | null | undefined;
  readonly waitingLine: boolean | undefined;
  readonly cancelled: boolean;
}

/** A close that is not named goes with the validity of the coupons. */
const OF_THE_CLOSE = ['closesAt', 'validUntil', 'validForDays'];

export class Terms {
  readonly first: Conditions;
  readonly #drop: LedgerDrop;
  readonly #lastOfTheClose: TermsEvent['terms'] | undefined;

  constructor({ drop, entries }: Ledger) {
    const told = entries.filter(({ kind }) => kind === 'created' || kind === 'amended').map(readEvent);
    const terms = told.filter((event): event is TermsEvent => event !== undefined && 'terms' in event);
    const created = terms.find(({ kind }) => kind === 'created')?.terms ?? {};
    const amended = terms.filter(({ kind }) => kind === 'amended').map((event) => event.terms);
    const atFirst = <T>(field: 'perUserLimit' | 'closesAt' | 'waitingLine', present: T): T | undefined => {
      if (created[field] !== undefined) return created[field] as T;
      const names = field === 'closesAt' ? OF_THE_CLOSE : [field];
      return amended.some((changes) => names.some((name) => name in changes)) ? undefined : present;
    };
    this.#drop = drop;
    this.#lastOfTheClose = amended.findLast((changes) => OF_THE_CLOSE.some((name) => name in changes));
    this.first = {
      stock: typeof created['stock'] === 'number' ? created['stock'] : drop.stock,
      perUserLimit: atFirst('perUserLimit', drop.perUserLimit),
      closesAt: atFirst('closesAt', drop.closesAt),
      waitingLine: atFirst('waitingLine', drop.waitingLine),
      cancelled: false,
    };
  }

  amended(before: Conditions, changes: TermsEvent['terms']): Conditions {
    const { stock, perUserLimit, waitingLine } = changes;
    return {
      stock: typeof stock === 'number' ? stock : before.stock,
      perUserLimit: typeof perUserLimit === 'number' ? perUserLimit : before.perUserLimit,
      closesAt: OF_THE_CLOSE.some((name) => name in changes) ? this.#closeAfter(changes) : before.closesAt,
      waitingLine: typeof waitingLine === 'boolean' ? waitingLine : before.waitingLine,
      cancelled: before.cancelled,
    };
  }

  #closeAfter(changes: TermsEvent['terms']): string | null | undefined {
    // The entry tells what was asked for, the drop's row what came of it. (`readEvent` passes on the body's own object.)
    if (changes === this.#lastOfTheClose) return this.#drop.closesAt;
    const { closesAt } = changes;
    if (typeof closesAt === 'string') return closesAt;
    return closesAt === null ? this.#drop.validUntil : undefined;
  }
}

/** How many of the units that are left belong to those who wait. Where nobody knows whether the line was on: all of them. */
export function reservedUnits({ waitingLine }: Pick<Conditions, 'waitingLine'>, waiting: number): number {
  return waitingLine === false ? 0 : waiting;
}
