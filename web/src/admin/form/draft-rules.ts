import { currencyDigits, money } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { serverNow } from '../../realtime/clock.ts';
import { type Draft, holdMinutesRange, isHoldMinutes, toMinor } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { plainNumber, wholeNumber } from './numbers.ts';
import { isPictureAddress } from './picture-address.ts';

export type DraftErrors = Partial<Record<keyof Draft, string>>;

/** The server takes no more, in the smallest unit of any currency. */
const moneyMost = 1_000_000_000_000;

/** These turn the words around them about, on every card that shows the title. */
const turningCharacters = /[\u202A-\u202E\u2066-\u2069]/;

/**
 * What is wrong with a draft, told while one types; the server checks again. What `isFixed` is not looked at, and times that are as they were
 * (`first`) may stay so: they may have passed, and a form that knows no seconds does not see how they lie to each other.
 */
export function draftErrors(draft: Draft, first: Draft, isFixed: boolean, now = serverNow()): DraftErrors {
  const { required } = messages.value.errors;
  const words = formMessages.value.wrong;
  const errors: DraftErrors = {};
  const check = (field: keyof Draft, text: string | undefined) => {
    if (text !== undefined) errors[field] = text;
  };
  const whole = (field: keyof Draft, least: number, most: number) => {
    const text = String(draft[field]).trim();
    const isWhole = wholeNumber(text) >= least && wholeNumber(text) <= most;
    check(field, text === '' ? required : isWhole ? undefined : words.wholeNumber(least, most));
  };

  if (draft.title.trim() === '') errors.title = required;
  else if (draft.title.length > 200) errors.title = words.tooLong(200);
  else if (turningCharacters.test(draft.title)) errors.title = words.turning;
  if (draft.description.length > 10_000) errors.description = words.tooLong(10_000);
  if (draft.imageUrl.trim() !== '' && !isPictureAddress(draft.imageUrl)) errors.imageUrl = words.address;
  whole('stock', 1, 10_000_000);
  whole('perUserLimit', 1, 100);

  const opening = draft.opens === 'now' ? now : Date.parse(draft.opensAt);
  const closing = Date.parse(draft.closesAt);
  const isEndNew = draft.closesAt !== first.closesAt;
  if (closing <= opening && (isEndNew || hasOtherOpening(draft, first))) errors.closesAt = words.beforeOpening;
  else if (closing <= now && isEndNew) errors.closesAt = words.past;
  else if (hasDate(draft) && closing > Date.parse(draft.validUntil)) errors.closesAt = words.afterValidity;
  if (isFixed) return errors;
  if (draft.opens === 'later') {
    if (Number.isNaN(opening)) errors.opensAt = required;
    else if (opening < now - 60_000) errors.opensAt = words.past;
  }

  const sum = (field: 'price' | 'amount', least: number) => {
    const currency = draft.currency.trim().toUpperCase();
    if (isCurrency(currency)) check(field, moneyError(draft[field], currency, least));
    else errors.currency = /^[A-Z]{3}$/.test(currency) ? words.unknownCurrency(currency) : words.currency;
    if (draft[field].trim() === '') errors[field] = required;
  };
  if (draft.kind === 'product') {
    // 0 is a price: whoever gets a slot then confirms it without paying.
    sum('price', 0);
    check('holdMinutes', minutesError(draft.holdMinutes));
    return errors;
  }
  if (draft.discountKind === 'percent') whole('percent', 1, 100);
  else sum('amount', 1);
  if (draft.validity === 'days') whole('validForDays', 1, 3650);
  else if (draft.validUntil === '') errors.validUntil = required;
  else if (Date.parse(draft.validUntil) <= opening) errors.validUntil = words.beforeOpening;
  return errors;
}

function hasOtherOpening(draft: Draft, first: Draft): boolean {
  return draft.opens !== first.opens || draft.opensAt !== first.opensAt;
}

export function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}

function moneyError(typed: string, currency: string, least: number): string | undefined {
  const words = formMessages.value.wrong;
  const units = toMinor(typed, currency);
  if (plainNumber(typed) === null) return words.money;
  if (units !== undefined && units < least) return words.moneyLeast(money(least, currency));
  if (units === undefined && hasTooFine(typed, currency)) return words.decimals(currency, currencyDigits(currency));
  return units === undefined || units > moneyMost ? words.moneyMost(money(moneyMost, currency)) : undefined;
}

function hasTooFine(typed: string, currency: string): boolean {
  return (plainNumber(typed)?.split('.')[1] ?? '').length > currencyDigits(currency);
}

function hasDate({ kind, validity }: Draft): boolean {
  return kind === 'coupon' && validity === 'until';
}

function minutesError(typed: string): string | undefined {
  if (typed.trim() === '') return messages.value.errors.required;
  return isHoldMinutes(typed) ? undefined : formMessages.value.wrong.minutes(...holdMinutesRange);
}

/** A mistake that typing on will mend: said when one has left the field, or wants to send the form. */
export function mayMend(field: keyof Draft, draft: Draft): boolean {
  return String(draft[field]).trim() === '' || field === 'imageUrl';
}

/** Fields as the server names them, where the form has other names for them. */
export function formFieldOf(serverField: string, draft: Draft): string {
  if (serverField === 'discount' || serverField === 'discount.percent' || serverField === 'discount.amount')
    return draft.discountKind;
  if (serverField === 'discount.currency') return 'currency';
  return serverField;
}
