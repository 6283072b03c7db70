import type { Discount, Drop, DropKind } from '../../drops/drop.ts';
import { currencyDigits } from '../../language/format.ts';

/** The form as typed: texts, in the words of the person's own time zone and of whole currency units. */
export interface Draft {
  kind: DropKind;
  title: string;
  description: string;
  imageUrl: string;
  stock: string;
  perUserLimit: string;
  opens: 'now' | 'later';
  opensAt: string;
  closesAt: string;
  waitingLine: boolean;
  price: string;
  currency: string;
  holdMinutes: string;
  discountKind: 'percent' | 'amount';
  percent: string;
  amount: string;
  validity: 'days' | 'until';
  validForDays: string;
  validUntil: string;
}

export const limitDefaults: Record<DropKind, string> = { coupon: '3', product: '1' };

export function emptyDraft(): Draft {
  const nextHour = new Date(Math.ceil((Date.now() + 10 * 60_000) / 3_600_000) * 3_600_000);
  return {
    kind: 'coupon',
    title: '',
    description: '',
    imageUrl: '',
    stock: '',
    perUserLimit: limitDefaults.coupon,
    opens: 'later',
    opensAt: toLocal(nextHour.toISOString()),
    closesAt: '',
    waitingLine: false,
    price: '',
    currency: 'KRW',
    holdMinutes: '30',
    discountKind: 'percent',
    percent: '',
    amount: '',
    validity: 'days',
    validForDays: '30',
    validUntil: '',
  };
}

export function draftOf(drop: Drop): Draft {
  const draft: Draft = {
    ...emptyDraft(),
    kind: drop.kind,
    title: drop.title,
    description: drop.description ?? '',
    imageUrl: drop.imageUrl ?? '',
    stock: String(drop.stock),
    perUserLimit: String(drop.perUserLimit),
    opensAt: toLocal(drop.opensAt),
    closesAt: drop.closesAt === null ? '' : toLocal(drop.closesAt),
    waitingLine: drop.waitingLine,
  };
  if (drop.kind === 'product') {
    const { price, currency, holdMinutes } = drop;
    return { ...draft, price: toMajor(price, currency), currency, holdMinutes: String(holdMinutes) };
  }
  const { discount, validUntil, validForDays } = drop;
  return {
    ...draft,
    ...('percent' in discount
      ? { discountKind: 'percent', percent: String(discount.percent) }
      : { discountKind: 'amount', amount: toMajor(discount.amount, discount.currency), currency: discount.currency }),
    validity: validUntil === null ? 'days' : 'until',
    validForDays: validForDays === null ? '' : String(validForDays),
    validUntil: validUntil === null ? '' : toLocal(validUntil),
  };
}

/** What the API takes. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  const common = {
    kind: draft.kind,
    title: draft.title.trim(),
    description: draft.description.trim(),
    imageUrl: draft.imageUrl.trim() === '' ? null : draft.imageUrl.trim(),
    stock: Number(draft.stock),
    perUserLimit: Number(draft.perUserLimit),
    opensAt: draft.opens === 'now' ? new Date().toISOString() : toUtc(draft.opensAt),
    closesAt: draft.closesAt === '' ? null : toUtc(draft.closesAt),
    waitingLine: draft.waitingLine,
  };
  const currency = draft.currency.trim().toUpperCase();
  if (draft.kind === 'product')
    return { ...common, price: toMinor(draft.price, currency), currency, holdMinutes: Number(draft.holdMinutes) };
  const discount: Discount =
    draft.discountKind === 'percent'
      ? { percent: Number(draft.percent) }
      : { amount: toMinor(draft.amount, currency) ?? 0, currency };
  return {
    ...common,
    discount,
    validForDays: draft.validity === 'days' ? Number(draft.validForDays) : null,
    validUntil: draft.validity === 'until' ? toUtc(draft.validUntil) : null,
  };
}

/** "2026-11-21T19:00" in this time zone, as date inputs want it. */
export function toLocal(at: string): string {
  const date = new Date(at);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function toUtc(local: string): string {
  return new Date(local).toISOString();
}

/** "12.50" -> 1250 cents; undefined for what is no amount of this currency. Digits only, so no rounding error. */
export function toMinor(text: string, currency: string): number | undefined {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.replaceAll(',', '').trim());
  const digits = currencyDigits(currency);
  const fraction = match?.[2] ?? '';
  if (!match || fraction.length > digits) return undefined;
  return Number(`${match[1]}${fraction.padEnd(digits, '0')}`);
}

export const holdMinutesRange = [0.05, 1440] as const;

/** Part minutes too: the server keeps holds to the second. */
export function isHoldMinutes(text: string): boolean {
  const [least, most] = holdMinutesRange;
  return /^\d*\.?\d+$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;
}

function toMajor(units: number, currency: string): string {
  const digits = currencyDigits(currency);
  return (units / 10 ** digits).toFixed(digits);
}
