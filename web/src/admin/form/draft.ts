import type { Discount, Drop, DropKind } from '../../drops/drop.ts';
import { currencyDigits } from '../../language/format.ts';
import { serverNow } from '../../realtime/clock.ts';
import { movedLocal, nextHour, toLocal, toUtc } from './moments.ts';
import { plainNumber, wholeNumber } from './numbers.ts';

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

/** What most drops have: whoever has never made one needs to fill in little more than a title. */
export function emptyDraft(now = serverNow()): Draft {
  return {
    kind: 'coupon',
    title: '',
    description: '',
    imageUrl: '',
    stock: '100',
    perUserLimit: limitDefaults.coupon,
    opens: 'later',
    opensAt: toLocal(nextHour(now)),
    closesAt: '',
    waitingLine: false,
    price: '',
    currency: 'KRW',
    holdMinutes: '30',
    discountKind: 'percent',
    percent: '10',
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

/** The same terms for another time: what ends with it keeps its distance from the opening. */
export function copyOf(drop: Drop, now = serverNow()): Draft {
  const draft = draftOf(drop);
  const { opensAt } = emptyDraft(now);
  const moved = (at: string | null) => (at === null ? '' : movedLocal(at, drop.opensAt, opensAt));
  const validUntil = drop.kind === 'coupon' ? drop.validUntil : null;
  return { ...draft, opensAt, closesAt: moved(drop.closesAt), validUntil: moved(validUntil) };
}

/** Only what changed is sent: a field that may not change after the opening is not even named. */
export function changesBetween(before: Draft, after: Draft): Record<string, unknown> {
  const old = bodyOf(before);
  const changed = Object.entries(bodyOf(after)).filter(
    ([field, value]) => field !== 'kind' && JSON.stringify(value) !== JSON.stringify(old[field]),
  );
  return Object.fromEntries(changed);
}

/** What the API takes. */
export function bodyOf(draft: Draft): Record<string, unknown> {
  const common = {
    kind: draft.kind,
    title: draft.title.trim(),
    description: draft.description.trim(),
    imageUrl: draft.imageUrl.trim() === '' ? null : draft.imageUrl.trim(),
    stock: wholeNumber(draft.stock),
    perUserLimit: wholeNumber(draft.perUserLimit),
    opensAt: draft.opens === 'now' ? new Date(serverNow()).toISOString() : toUtc(draft.opensAt),
    closesAt: draft.closesAt === '' ? null : toUtc(draft.closesAt),
    waitingLine: draft.waitingLine,
  };
  const currency = draft.currency.trim().toUpperCase();
  if (draft.kind === 'product')
    return { ...common, price: toMinor(draft.price, currency), currency, holdMinutes: minutesIn(draft.holdMinutes) };
  const discount: Discount =
    draft.discountKind === 'percent'
      ? { percent: wholeNumber(draft.percent) }
      : { amount: toMinor(draft.amount, currency) ?? 0, currency };
  return {
    ...common,
    discount,
    validForDays: draft.validity === 'days' ? wholeNumber(draft.validForDays) : null,
    validUntil: draft.validity === 'until' ? toUtc(draft.validUntil) : null,
  };
}

/** "12.50" -> 1250 cents; undefined for what is no amount of this currency. Digits only, so no rounding error. */
export function toMinor(text: string, currency: string): number | undefined {
  const [units = '', fraction = ''] = plainNumber(text)?.split('.') ?? [];
  const digits = currencyDigits(currency);
  if (units + fraction === '' || units.length > 13 || fraction.length > digits) return undefined;
  return Number(`${units}${fraction.padEnd(digits, '0')}`);
}

export const holdMinutesRange = [0.05, 1440] as const;

/** Part minutes too: the server keeps holds to the second. */
export function isHoldMinutes(text: string): boolean {
  const [least, most] = holdMinutesRange;
  return minutesIn(text) >= least && minutesIn(text) <= most;
}

/** NaN for what is no number. */
export function minutesIn(text: string): number {
  return Number(plainNumber(text) ?? Number.NaN);
}

/** What people acted on: it stays as announced once the drop has opened. */
const announced = [
  ...(['opensAt', 'price', 'currency', 'holdMinutes', 'discountKind', 'percent', 'amount'] as const),
  ...(['validity', 'validForDays', 'validUntil'] as const),
];

/** Which of those were changed, with the values of before. */
export function announcedAgain(before: Draft, after: Draft): Partial<Draft> {
  return Object.fromEntries(
    announced.filter((field) => after[field] !== before[field]).map((field) => [field, before[field]]),
  );
}

/** What was typed into the form of a drop that is over, for a new one: if its time has come meanwhile, at the times of `fresh`. */
export function forAnotherTime(typed: Draft, fresh: Draft, now = serverNow()): Draft {
  if (Date.parse(typed.opensAt) > now) return typed;
  const { opensAt, closesAt, validUntil } = fresh;
  return { ...typed, opensAt, closesAt, validUntil };
}

function toMajor(units: number, currency: string): string {
  const digits = currencyDigits(currency);
  return (units / 10 ** digits).toFixed(digits);
}
