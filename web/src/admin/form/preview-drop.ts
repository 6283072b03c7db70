import type { Drop } from '../../drops/drop.ts';
import { serverNow } from '../../realtime/clock.ts';
import { type Draft, isHoldMinutes, minutesIn, toMinor } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { wholeNumber } from './numbers.ts';
import { isPictureAddress } from './picture-address.ts';

/** The drop that a draft would become, as far as it can be told: what is missing or wrong yet has a likeness. */
export function previewOf(draft: Draft): Drop {
  const stock = wholeNumber(draft.stock) || 0;
  const currency = /^[A-Za-z]{3}$/.test(draft.currency) ? draft.currency.toUpperCase() : 'KRW';
  const opensAt = (draft.opens === 'now' ? null : dateIn(draft.opensAt)) ?? new Date(serverNow());
  const image = draft.imageUrl.trim();
  const common = {
    id: 'preview',
    title: draft.title.trim() === '' ? formMessages.value.dropTitle : draft.title,
    description: draft.description,
    imageUrl: isPictureAddress(image) ? image : null,
    state: draft.opens === 'now' ? ('open' as const) : ('scheduled' as const),
    opensAt: opensAt.toISOString(),
    closesAt: dateIn(draft.closesAt)?.toISOString() ?? null,
    stock,
    remaining: stock,
    lastGrantedArrival: null,
    perUserLimit: wholeNumber(draft.perUserLimit) || 1,
    waitingLine: draft.waitingLine,
    waiting: 0,
    createdAt: opensAt.toISOString(),
  };
  if (draft.kind === 'product') {
    const holdMinutes = isHoldMinutes(draft.holdMinutes) ? minutesIn(draft.holdMinutes) : 30;
    return { ...common, kind: 'product', price: toMinor(draft.price, currency) ?? 0, currency, holdMinutes };
  }
  const discount =
    draft.discountKind === 'percent'
      ? { percent: wholeNumber(draft.percent) || 0 }
      : { amount: toMinor(draft.amount, currency) ?? 0, currency };
  const validUntil = draft.validity === 'until' ? (dateIn(draft.validUntil)?.toISOString() ?? null) : null;
  const validForDays = draft.validity === 'days' ? wholeNumber(draft.validForDays) || 30 : null;
  return { ...common, kind: 'coupon', discount, validUntil, validForDays };
}

function dateIn(local: string): Date | null {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? null : date;
}
