import { messages } from '../../language/language.ts';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import { type Draft, holdMinutesRange, isHoldMinutes, toMinor } from './draft.ts';

export type DraftErrors = Partial<Record<keyof Draft, string>>;

/** What is wrong with a draft, told while one types; the server checks again. `isFixed` fields are not looked at. */
export function draftErrors(draft: Draft, isFixed: boolean): DraftErrors {
  const { required } = messages.value.errors;
  const words = dropAdminMessages.value.wrong;
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
  if (draft.closesAt !== '' && Date.parse(draft.closesAt) <= opening) errors.closesAt = words.beforeOpening;
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

function minutesError(typed: string): string | undefined {
  if (typed.trim() === '') return messages.value.errors.required;
  return isHoldMinutes(typed) ? undefined : dropAdminMessages.value.wrong.minutes(...holdMinutesRange);
}

/** Fields as the server names them, where the form has other names for them. */
export function formFieldOf(serverField: string, draft: Draft): string {
  if (serverField === 'discount' || serverField === 'discount.percent' || serverField === 'discount.amount')
    return draft.discountKind;
  if (serverField === 'discount.currency') return 'currency';
  return serverField;
}
