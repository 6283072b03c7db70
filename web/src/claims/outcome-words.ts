import type { Drop } from '../drops/drop.ts';
import { messages } from '../language/language.ts';
import type { Answer, ClaimView, Waiting } from './claim.ts';

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

/** What becomes of a press while it is waited for. */
export function waitingText({ why }: Waiting): string {
  const words = messages.value.claims;
  const texts = {
    sent: words.waitingText,
    busy: words.retrying,
    queued: words.queued,
    offline: words.keptOffline,
    early: words.opening,
  };
  return texts[why];
}

/** What a press that failed is called, and what that means for it. */
export function failureWords({ reason }: Extract<ClaimView, { is: 'failed' }>): { title: string; text: string } {
  const { claims, errors } = messages.value;
  return reason === 'session_ended'
    ? { title: claims.signInAgain, text: claims.signInAgainText }
    : { title: claims.rejected, text: errors.internal };
}
