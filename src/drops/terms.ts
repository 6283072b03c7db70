/**
 * The rules of a drop's terms: what an administrator may ask for, and what may still change. Pure: the clock and the drop are arguments.
 *
 * Shapes and ranges of single fields are checked by the route's schema; here are the rules between fields and over time.
 */
import { type FieldError, invalidField, invalidFields, Problem } from '../http/problem.ts';
import type { Discount, Drop, DropKind } from './drop.ts';

/** What an administrator sends. Times are ISO 8601. */
export interface DropInput {
  readonly title?: string;
  readonly description?: string;
  readonly imageUrl?: string | null;
  readonly stock?: number;
  readonly perUserLimit?: number;
  readonly opensAt?: string;
  readonly closesAt?: string | null;
  readonly waitingLine?: boolean;
  readonly price?: number;
  readonly currency?: string;
  readonly holdMinutes?: number;
  readonly discount?: Discount;
  readonly validUntil?: string | null;
  readonly validForDays?: number | null;
}

/** What the database is given. */
export type DropTerms = Omit<
  Drop,
  'id' | 'cancelled' | 'createdAtMs' | 'version' | 'granted' | 'waiting' | 'lastGrantedArrival' | 'entries'
>;

const DEFAULTS = { perUserLimit: { coupon: 3, product: 1 }, currency: 'KRW', holdMinutes: 30 } as const;

/** `opensAt` may lie this far in the past: a form takes time to send, and "now" is what is meant. */
const OPENING_GRACE_MS = 60_000;

const LATEST_MS = Date.UTC(10_000, 0, 1) - 1;

/** Part of the promise that people acted on: fixed once the drop has opened. */
const FIXED_AFTER_OPENING = [
  'opensAt',
  'price',
  'currency',
  'holdMinutes',
  'discount',
  'validUntil',
  'validForDays',
] as const satisfies (keyof DropInput)[];

/** These turn the words around them about, wherever the title is shown. */
const TURNING_CHARACTERS = /[\u202A-\u202E\u2066-\u2069]/;

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const PRODUCT_FIELDS = ['price', 'currency', 'holdMinutes'] as const;
const COUPON_FIELDS = ['discount', 'validUntil', 'validForDays'] as const;

/** The terms of a new drop. Throws `invalid_request` that names every wrong field. */
export function newTerms(kind: DropKind, input: DropInput, nowMs: number): DropTerms {
  const errors = unreadableTimes(input);
  for (const field of ['title', 'stock', 'opensAt'] as const) {
    if (input[field] === undefined) errors.push({ field, message: 'is required' });
  }
  if (kind === 'product' && input.price === undefined)
    errors.push({ field: 'price', message: 'is required for a product' });
  if (kind === 'coupon' && input.discount === undefined) {
    errors.push({ field: 'discount', message: 'is required for a coupon' });
  }
  const validUntilMs = kind === 'coupon' && input.validUntil ? Date.parse(input.validUntil) : null;
  const terms: DropTerms = {
    kind,
    title: input.title?.trim() ?? '',
    description: input.description ?? '',
    imageUrl: input.imageUrl ?? null,
    stock: input.stock ?? 0,
    perUserLimit: input.perUserLimit ?? DEFAULTS.perUserLimit[kind],
    opensAtMs: Date.parse(input.opensAt ?? ''),
    // No coupon is granted after its validity: without a close of its own, the drop closes with it.
    closesAtMs: input.closesAt ? Date.parse(input.closesAt) : validUntilMs,
    waitingLine: input.waitingLine ?? false,
    price: kind === 'product' ? (input.price ?? null) : null,
    currency: currencyOf(kind, input),
    holdSeconds: kind === 'product' ? secondsOf(input.holdMinutes ?? DEFAULTS.holdMinutes) : null,
    discount: kind === 'coupon' ? (input.discount ?? null) : null,
    validUntilMs,
    validForDays: kind === 'coupon' ? (input.validForDays ?? null) : null,
  };
  if (terms.opensAtMs < nowMs - OPENING_GRACE_MS) errors.push({ field: 'opensAt', message: 'is in the past' });
  errors.push(...conflicts(terms, input, nowMs));
  if (errors.length > 0) throw invalidFields(errors);
  return terms;
}

/**
 * The terms of a drop after a change. Throws `drop_cancelled`, `drop_started`, `stock_below_granted` and `invalid_request`.
 * Call it under the lock on the drop's row: what is granted must not grow between the check and the change.
 */
export function amendedTerms(drop: Drop, input: DropInput, nowMs: number): DropTerms {
  if (drop.cancelled) throw new Problem('drop_cancelled');
  const unreadable = unreadableTimes(input);
  if (unreadable.length > 0) throw invalidFields(unreadable);
  const started = drop.opensAtMs <= nowMs;
  const fixed = started
    ? FIXED_AFTER_OPENING.filter((field) => input[field] !== undefined && changes(drop, field, input))
    : [];
  if (fixed.length > 0) {
    throw new Problem('drop_started', {
      errors: fixed.map((field) => ({ field, message: 'cannot change once the drop has opened' })),
    });
  }
  if (input.stock !== undefined && input.stock < drop.granted) {
    throw new Problem('stock_below_granted', {
      detail: `${drop.granted} units are granted: the stock cannot be ${input.stock}`,
      errors: [{ field: 'stock', message: `must be >= ${drop.granted}` }],
      members: { granted: drop.granted },
    });
  }
  if (!started && input.opensAt !== undefined && Date.parse(input.opensAt) < nowMs - OPENING_GRACE_MS) {
    throw invalidField('opensAt', 'is in the past');
  }
  const terms = merge(drop, input);
  const errors = conflicts(terms, input, nowMs);
  if (errors.length > 0) throw invalidFields(errors);
  return terms;
}

function merge(drop: Drop, input: DropInput): DropTerms {
  // A new validity of one sort takes the place of the other sort.
  const validity =
    input.validUntil || input.validForDays
      ? {
          validUntilMs: input.validUntil ? Date.parse(input.validUntil) : null,
          validForDays: input.validForDays ?? null,
        }
      : { validUntilMs: drop.validUntilMs, validForDays: drop.validForDays };
  // A close that came from the validity goes on to follow it.
  const ownCloseMs = drop.closesAtMs === drop.validUntilMs ? null : drop.closesAtMs;
  const closesAtMs = input.closesAt ? Date.parse(input.closesAt) : input.closesAt === null ? null : ownCloseMs;
  return {
    kind: drop.kind,
    title: input.title?.trim() ?? drop.title,
    description: input.description ?? drop.description,
    imageUrl: input.imageUrl === undefined ? drop.imageUrl : input.imageUrl,
    stock: input.stock ?? drop.stock,
    perUserLimit: input.perUserLimit ?? drop.perUserLimit,
    opensAtMs: input.opensAt === undefined ? drop.opensAtMs : Date.parse(input.opensAt),
    closesAtMs: closesAtMs ?? validity.validUntilMs,
    waitingLine: input.waitingLine ?? drop.waitingLine,
    price: input.price ?? drop.price,
    currency: input.discount ? currencyOf(drop.kind, input) : (input.currency ?? drop.currency),
    holdSeconds: input.holdMinutes === undefined ? drop.holdSeconds : secondsOf(input.holdMinutes),
    discount: input.discount ?? drop.discount,
    ...validity,
  };
}

/** Rules between the fields of one drop. */
function conflicts(terms: DropTerms, input: DropInput, nowMs: number): FieldError[] {
  const errors: FieldError[] = [];
  if (input.title !== undefined && terms.title === '') errors.push({ field: 'title', message: 'must not be empty' });
  if (input.title !== undefined && TURNING_CHARACTERS.test(input.title)) {
    errors.push({ field: 'title', message: 'has a character that changes the direction of the text around it' });
  }
  errors.push(...unknownCurrencies(input));
  const foreign = terms.kind === 'product' ? COUPON_FIELDS : PRODUCT_FIELDS;
  for (const field of foreign) {
    if (input[field] !== undefined && input[field] !== null) {
      errors.push({ field, message: `is not for a ${terms.kind}` });
    }
  }
  const closing = closingMistake(terms, input, nowMs);
  if (closing !== undefined) errors.push(closing);
  if (terms.kind === 'coupon') {
    if ((terms.validUntilMs === null) === (terms.validForDays === null)) {
      errors.push({ field: 'validUntil', message: 'or validForDays is required, not both' });
    } else if (
      input.validUntil &&
      terms.validUntilMs !== null &&
      terms.validUntilMs <= Math.max(terms.opensAtMs, nowMs)
    ) {
      errors.push({ field: 'validUntil', message: 'must be after opensAt and in the future' });
    }
  }
  return errors;
}

function unknownCurrencies({ currency, discount }: DropInput): FieldError[] {
  const named = {
    currency,
    'discount.currency': discount && 'currency' in discount ? discount.currency : undefined,
  };
  return Object.entries(named)
    .filter(([, code]) => code !== undefined && !CURRENCIES.has(code))
    .map(([field]) => ({ field, message: 'is not a currency of ISO 4217' }));
}

function closingMistake(
  { opensAtMs, closesAtMs, validUntilMs }: DropTerms,
  input: DropInput,
  nowMs: number,
): FieldError | undefined {
  if (closesAtMs === null) return undefined;
  if (validUntilMs !== null && closesAtMs > validUntilMs) {
    return { field: 'closesAt', message: 'must not be after validUntil' };
  }
  if (input.closesAt) {
    if (closesAtMs <= opensAtMs) return { field: 'closesAt', message: 'must be after opensAt' };
    return closesAtMs <= nowMs ? { field: 'closesAt', message: 'is in the past' } : undefined;
  }
  const isOfValidity = closesAtMs === validUntilMs && input.validUntil; // then `validUntil` is what is wrong
  return closesAtMs <= opensAtMs && !isOfValidity
    ? { field: 'opensAt', message: 'must be before closesAt' }
    : undefined;
}

/** Times that are well-formed and yet no moment, such as a leap second; or one that cannot be written with four digits for its year everywhere. */
function unreadableTimes(input: DropInput): FieldError[] {
  return (['opensAt', 'closesAt', 'validUntil'] as const).flatMap((field) => {
    if (!input[field]) return [];
    const ms = Date.parse(input[field]);
    if (Number.isNaN(ms)) return [{ field, message: 'is not a time such as 2026-11-21T10:00:00Z' }];
    return ms > LATEST_MS ? [{ field, message: 'must not be after the year 9999 (UTC)' }] : [];
  });
}

/** Holds are kept to the second: a rehearsal of a sale may have shorter ones than a minute. */
function secondsOf(minutes: number): number {
  return Math.round(minutes * 60);
}

function currencyOf(kind: DropKind, input: DropInput): string | null {
  if (kind === 'product') return input.currency ?? DEFAULTS.currency;
  return input.discount && 'amount' in input.discount ? input.discount.currency : null;
}

/** Whether the input would change the field: a form that sends all fields back as they were changes nothing. */
function changes(drop: Drop, field: (typeof FIXED_AFTER_OPENING)[number], input: DropInput): boolean {
  switch (field) {
    case 'opensAt':
      return Date.parse(input.opensAt ?? '') !== drop.opensAtMs;
    case 'validUntil':
      return (input.validUntil ? Date.parse(input.validUntil) : null) !== drop.validUntilMs;
    case 'holdMinutes':
      return secondsOf(input.holdMinutes ?? 0) !== drop.holdSeconds;
    case 'discount':
      return !sameDiscount(input.discount ?? null, drop.discount);
    default:
      return input[field] !== drop[field];
  }
}

function sameDiscount(a: Discount | null, b: Discount | null): boolean {
  if (a === null || b === null) return a === b;
  if ('percent' in a) return 'percent' in b && a.percent === b.percent;
  return 'amount' in b && a.amount === b.amount && a.currency === b.currency;
}
