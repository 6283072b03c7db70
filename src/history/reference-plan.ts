/** For tests: what the reference model plays, and what it leaves. */
import type { Attempt } from './attempt.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';

/** What happens to a press on its way; each is something that clients of a correct server may live through. */
export const fates = [
  'answered',
  'unanswered',
  'looked up',
  'sent twice at once',
  'sent again later',
  'first too early',
  'first in flight',
  'gate if it knows',
  'waits if sold out',
] as const;
export type Fate = (typeof fates)[number];

/** What people do after a batch, with their first unit that lives, or with the last claim they made; and what befalls them. */
export const deeds = [
  /** A coupon is used, twice with the same key and once with another; a slot is paid. */
  'use or pay',
  /** A coupon is cancelled, a slot returned. */
  'give back',
  /** The money is taken while the slot is given back. */
  'pay too late',
  'pay in vain',
  'wait',
  'leave',
  /** The time of this user's unit ends, and of all that end before. */
  'expire',
  /** An administrator switches the waiting line off or on. */
  'switch line',
  /** Or allows one unit a person from now on. */
  'lower limit',
] as const;
export type Deed = (typeof deeds)[number];

export interface Plan {
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  readonly perUserLimit: number;
  readonly batchSize: number;
  readonly waitingLine: boolean;
  /** `place` decides the order within a batch. */
  readonly presses: readonly { readonly user: number; readonly fate: Fate; readonly place: number }[];
  /** In their order after each batch. */
  readonly deeds: readonly { readonly afterBatch: number; readonly user: number; readonly deed: Deed }[];
  readonly raise: { readonly afterBatch: number; readonly by: number } | null;
  readonly cancelAfterBatch: number | null;
}

/** A plan in which nothing happens but presses. */
export const plainPlan: Plan = {
  kind: 'coupon',
  stock: 1,
  perUserLimit: 1,
  batchSize: 1,
  waitingLine: false,
  presses: [],
  deeds: [],
  raise: null,
  cancelAfterBatch: null,
};

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A history and its ledger, open to change. */
export interface Draft {
  history: Mutable<Attempt>[];
  ledger: {
    [Table in Exclude<keyof Ledger, 'drop' | 'entries'>]: Mutable<Ledger[Table][number]>[];
  } & {
    drop: Mutable<Ledger['drop']>;
    entries: Mutable<LedgerEntry & { body: Record<string, unknown> }>[];
  };
}
