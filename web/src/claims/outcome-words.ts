import type { Drop } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import type { Answer } from './claim.ts';

/** What an outcome is called on the page and by the announcer. */
export function outcomeWords(drop: Drop, answer: Answer): { title: string; text: string } {
  const words = messages.value.claims;
  if (answer.outcome === 'granted')
    return { title: drop.kind === 'coupon' ? words.wonCoupon : words.wonProduct, text: '' };
  if (answer.outcome === 'sold_out') return { title: words.lostTitle, text: words.soldOut(drop.stock) };
  if (answer.outcome === 'limit_reached') return { title: words.limitTitle, text: words.limit(drop.perUserLimit) };
  if (answer.outcome === 'closed') return { title: words.closedTitle, text: words.closedText };
  return { title: words.notOpenTitle, text: words.notOpenText };
}
