import { messages } from '../../language/language.ts';
import { type Draft, holdMinutesRange, isHoldMinutes, toMinor } from './draft.ts';
import { formMessages } from './form-messages.ts';

export type DraftErrors = Partial<Record<keyof Draft, string>>;

/**
 * What is wrong with a draft, told while one types; the server checks again. What `isFixed` is not looked at, and a time that was in the past
 * before (`first`) may stay so.
 */
export function draftErrors(draft: Draft, first: Draft, isFixed: boolean): DraftErrors {
  const { required } = messages.value.errors;
  const words = formMessages.value.wrong;
  const errors: DraftErrors = {};
  const check = (field: keyof Draft, text: string | undefined) => {
    if (text !== undefined) errors[field] = text;
  };
  const whole = (field: keyof Draft, least: number, most: number) => {
    const text = String(draft[field]).trim();
    const isWhole = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
    check(field, text === '' ? required : isWhole ? undefined : words.wholeNumber(least, most));
  };

  if (draft.title.trim() === '') errors.title = required;
  else if (draft.title.length > 200) errors.title = words.tooLong(200);
  if (draft.description.length > 10_000) errors.description = words.tooLong(10_000);
  if (draft.imageUrl.trim() !== '' && !/^(https:\/\/|\/)/.test(draft.imageUrl.trim())) errors.imageUrl = words.address;
  whole('stock', 1, 10_000_000);
  whole('perUserLimit', 1, 100);

  const opening = draft.opens === 'now' ? Date.now() : Date.parse(draft.opensAt);
  const closing = Date.parse(draft.closesAt);
  if (closing <= opening) errors.closesAt = words.beforeOpening;
  else if (closing <= Date.now() && draft.closesAt !== first.closesAt) errors.closesAt = words.past;
  else if (hasDate(draft) && closing > Date.parse(draft.validUntil)) errors.closesAt = words.afterValidity;
  if (isFixed) return errors;
  if (draft.opens === 'later') {
    if (Number.isNaN(opening)) errors.opensAt = required;
    else if (opening < Date.now() - 60_000) errors.opensAt = words.past;
  }

  const money = (field: 'price' | 'amount', least: number) => {
    const units = toMinor(draft[field], draft.currency.trim().toUpperCase());
    check(
      field,
      draft[field].trim() === '' ? required : units === undefined || units < least ? words.money : undefined,
    );
    if (!/^[A-Za-z]{3}$/.test(draft.currency.trim())) errors.currency = words.currency;
  };
  if (draft.kind === 'product') {
    money('price', 0);
    check('holdMinutes', minutesError(draft.holdMinutes));
    return errors;
  }
  if (draft.discountKind === 'percent') whole('percent', 1, 100);
  else money('amount', 1);
  if (draft.validity === 'days') whole('validForDays', 1, 3650);
  else if (draft.validUntil === '') errors.validUntil = required;
  else if (Date.parse(draft.validUntil) <= opening) errors.validUntil = words.beforeOpening;
  return errors;
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
