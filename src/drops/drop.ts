/**
 * A drop: something limited that opens at a moment.
 *
 *   scheduled ──opensAt──> open ──last unit granted──> sold_out ──a unit comes back, or more stock──> open
 *       │                    │                             │
 *       │                    └─────────── closesAt ────────┴──> closed ──a later closesAt──> open, or sold_out
 *       └── an administrator cancels it, as any other state: for good ──> cancelled
 *
 * The state is never stored: it follows from the drop's row and the clock, so that it cannot be out of date.
 */
import { hash } from 'node:crypto';
import type { DropStanding } from '../ledger/ledger.ts';

export type DropKind = 'coupon' | 'product';

export const DROP_STATES = ['scheduled', 'open', 'sold_out', 'closed', 'cancelled'] as const;
export type DropState = (typeof DROP_STATES)[number];

export type Discount = { readonly percent: number } | { readonly amount: number; readonly currency: string };

export interface Drop {
  readonly id: string;
  readonly kind: DropKind;
  readonly title: string;
  readonly description: string;
  readonly imageUrl: string | null;
  readonly stock: number;
  readonly perUserLimit: number;
  readonly opensAtMs: number;
  readonly closesAtMs: number | null;
  readonly cancelled: boolean;
  readonly waitingLine: boolean;
  readonly createdAtMs: number;
  /** A product's terms; money is a whole number of the currency's smallest unit. */
  readonly price: number | null;
  readonly currency: string | null;
  /** How long a slot is held for its buyer. */
  readonly holdSeconds: number | null;
  /** A coupon's terms: valid until a moment, or for some days after the grant. */
  readonly discount: Discount | null;
  readonly validUntilMs: number | null;
  readonly validForDays: number | null;
  /** Another one whenever what people agree to, or what they are shown of it, is another. */
  readonly version: string;
  /** Units in somebody's hands. */
  readonly granted: number;
  /** People in the waiting line: units that are left are theirs first. 0 where the line is switched off. */
  readonly waiting: number;
  /** The latest arrival that got a unit, for those who came after it; null before the first grant. */
  readonly lastGrantedArrival: number | null;
  /** Log entries so far: of two views of a drop, the one with more entries is the newer. */
  readonly entries: number;
}

export function stateOf(drop: Drop, nowMs: number): DropState {
  if (drop.cancelled) return 'cancelled';
  if (nowMs < drop.opensAtMs) return 'scheduled';
  if (drop.closesAtMs !== null && drop.closesAtMs <= nowMs) return 'closed';
  return remainingOf(drop) > 0 ? 'open' : 'sold_out';
}

/** The part of a drop that moves with its log. */
export function standingOf(drop: Drop): DropStanding {
  const { entries, opensAtMs, closesAtMs, cancelled, granted, waiting, stock, lastGrantedArrival } = drop;
  return { entries, opensAtMs, closesAtMs, cancelled, granted, waiting, stock, lastGrantedArrival };
}

/** Units that a newcomer can get. */
export function remainingOf(drop: Drop): number {
  return Math.max(0, drop.stock - drop.granted - drop.waiting);
}

/** Of these terms. Where the drop stands is not among them: a batch changes nothing of it. */
export function versionOf(drop: Omit<Drop, 'version'>): string {
  const { title, description, imageUrl, perUserLimit } = drop;
  const { price, currency, holdSeconds, discount, validUntilMs, validForDays } = drop;
  const shown = [title, description, imageUrl, perUserLimit];
  const terms = [price, currency, holdSeconds, discount, validUntilMs, validForDays];
  return hash('sha256', JSON.stringify([shown, terms]), 'base64url').slice(0, 10);
}

/** As the API shows it: docs/api.md. */
export function viewOf(drop: Drop, nowMs: number) {
  const common = {
    id: drop.id,
    kind: drop.kind,
    title: drop.title,
    description: drop.description,
    imageUrl: drop.imageUrl,
    state: stateOf(drop, nowMs),
    opensAt: isoTime(drop.opensAtMs),
    closesAt: drop.closesAtMs === null ? null : isoTime(drop.closesAtMs),
    stock: drop.stock,
    remaining: remainingOf(drop),
    lastGrantedArrival: drop.lastGrantedArrival,
    perUserLimit: drop.perUserLimit,
    waitingLine: drop.waitingLine,
    waiting: drop.waiting,
    createdAt: isoTime(drop.createdAtMs),
    version: drop.version,
  };
  if (drop.kind === 'product') {
    return { ...common, price: drop.price, currency: drop.currency, holdMinutes: (drop.holdSeconds ?? 0) / 60 };
  }
  const validUntil = drop.validUntilMs === null ? null : isoTime(drop.validUntilMs);
  return { ...common, discount: drop.discount, validUntil, validForDays: drop.validForDays };
}

export type DropView = ReturnType<typeof viewOf>;

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
