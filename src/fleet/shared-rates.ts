/** Tells the other processes of heavy users, and hears of theirs: see http/shared-rate.ts. */
import type { SharedRate } from '../http/shared-rate.ts';
import type { News } from './news.ts';

const TELL_EVERY_MS = 101;

/** Returns what stops it. */
export async function shareRates(news: News, limits: Readonly<Record<string, SharedRate>>): Promise<() => void> {
  await news.hear('rates', ({ limit, counts }) => {
    for (const [key, count] of counts) limits[limit]?.addElsewhere(key, count);
  });
  const timer = setInterval(() => {
    for (const [limit, rate] of Object.entries(limits)) {
      const counts = rate.takeNews();
      if (counts.length > 0) news.tell('rates', { limit, counts });
    }
  }, TELL_EVERY_MS).unref();
  return () => clearInterval(timer);
}
