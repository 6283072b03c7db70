/** For tests: what the reference model plays, and what it leaves. */
import type { Attempt } from './attempt.ts';
import type { Ledger, LedgerClaim, LedgerEntry, LedgerGrant } from './ledger.ts';

/** What happens to a press on its way; each is something that clients of a correct server may live through. */
export type Fate =
  | 'answered'
  | 'unanswered'
  | 'looked up'
  | 'sent twice at once'
  | 'sent again later'
  | 'first too early'
  | 'first in flight'
  | 'gate if it knows';

export const fates: readonly Fate[] = [
  'answered',
  'unanswered',
  'looked up',
  'sent twice at once',
  'sent again later',
  'first too early',
  'first in flight',
  'gate if it knows',
];

export interface Plan {
  readonly kind: 'coupon' | 'product';
  readonly stock: number;
  readonly perUserLimit: number;
  readonly batchSize: number;
  /** `place` decides the order within a batch. */
  readonly presses: readonly { readonly user: number; readonly fate: Fate; readonly place: number }[];
  readonly raise: { readonly afterBatch: number; readonly by: number } | null;
  readonly cancelAfterBatch: number | null;
}

export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A history and its ledger, open to change. */
export interface Draft {
  history: Mutable<Attempt>[];
  ledger: {
    drop: Mutable<Ledger['drop']>;
    claims: Mutable<LedgerClaim>[];
    grants: Mutable<LedgerGrant>[];
    entries: Mutable<LedgerEntry & { body: Record<string, unknown> }>[];
  };
}
