/** What one person's socket says unasked, kept until somebody looks for it: an offer may overtake the answer that it follows. */
import type { SocketListener } from '../socket-client.ts';
import { type GrantTold, type PaymentTold, readGrant, readPayment } from './told.ts';

export type News =
  | { readonly type: 'grant'; readonly because: string; readonly grant: GrantTold }
  | { readonly type: 'payment'; readonly payment: PaymentTold }
  /** The socket was lost: what was said meanwhile must be asked for. */
  | { readonly type: 'reopened' };

/** A person's whole sale brings a dozen. */
const keptMax = 100;

export class Inbox implements SocketListener {
  readonly #onNews: (news: News) => void;
  #kept: News[] = [];
  /** Takes what it waits for, and says whether that was it. */
  #waiting: ((news: News) => boolean) | undefined;

  /** `onNews` hears everything at once, whoever waits for it. */
  constructor(onNews: (news: News) => void) {
    this.#onNews = onNews;
  }

  onMessage(message: Readonly<Record<string, unknown>>): void {
    const news = readNews(message);
    if (news !== undefined) this.#take(news);
  }

  onReopened(): void {
    this.#take({ type: 'reopened' });
  }

  /**
   * What `read` makes of the first news that it makes something of, of those that nobody has taken; `null` when none comes in time.
   * Rejects when the signal aborts.
   */
  next<Told>(read: (news: News) => Told | undefined, withinMs: number, signal: AbortSignal): Promise<Told | null> {
    signal.throwIfAborted();
    for (const [place, news] of this.#kept.entries()) {
      const told = read(news);
      if (told === undefined) continue;
      this.#kept.splice(place, 1);
      return Promise.resolve(told);
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#waiting = undefined;
      };
      const timer = setTimeout(() => {
        end();
        resolve(null);
      }, withinMs);
      const abort = () => {
        end();
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort);
      this.#waiting = (news) => {
        const told = read(news);
        if (told === undefined) return false;
        end();
        resolve(told);
        return true;
      };
    });
  }

  #take(news: News): void {
    this.#onNews(news);
    if (!this.#waiting?.(news)) this.#kept = [...this.#kept, news].slice(-keptMax);
  }
}

function readNews(message: Readonly<Record<string, unknown>>): News | undefined {
  if (message['type'] === 'grant') {
    const grant = readGrant(message['grant']);
    return grant && { type: 'grant', because: String(message['because']), grant };
  }
  if (message['type'] === 'payment') {
    const payment = readPayment(message['payment']);
    return payment && { type: 'payment', payment };
  }
  return undefined;
}
