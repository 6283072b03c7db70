import { money, percent } from '../language/format.ts';
import { messages } from '../language/language.ts';
import type { Discount, Drop } from './drop.ts';

/** The offer at a glance: "20%", "5,000원", or the price of a product. */
export function offerOf(drop: Drop): string {
  // Read so that a caller that only shows the offer follows the language too.
  messages.value;
  if (drop.kind === 'product') return money(drop.price, drop.currency);
  return 'percent' in drop.discount
    ? percent(drop.discount.percent)
    : money(drop.discount.amount, drop.discount.currency);
}

/** The offer in a phrase: "20% off". */
export function discountText(discount: Discount): string {
  const words = messages.value.drops;
  if ('percent' in discount) return words.percentOff(percent(discount.percent));
  return words.amountOff(money(discount.amount, discount.currency));
}

export function offerText(drop: Drop): string {
  return drop.kind === 'product' ? money(drop.price, drop.currency) : discountText(drop.discount);
}
