/**
 * Asking again and again while somebody looks.
 *
 *   asking ──answer──> fresh ──everyMs since the question──> asking
 *     │ └──no answer, or an error──> stale ──later and later, at most retryMsMax──> asking
 *     └──no answer for lateMs──> stale, and still asking
 *   hidden: nothing is asked. Looked at again: asked at once.
 *
 * One question is under way at a time. What is shown stays, with the time of the last answer: whoever shows it says that it is old.
 */
import { serverNow } from '../realtime/clock.ts';

export type Freshness =
  | { is: 'waiting' }
  /** `at`: when the last answer came, by the server's clock. */
  | { is: 'fresh'; at: number }
  | { is: 'stale'; at: number | null; error: unknown };

interface PollingOptions {
  everyMs: number;
  ask: () => Promise<unknown>;
  onChange: (freshness: Freshness) => void;
  page?: Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;
}

const retryMsMax = 5_000;
const lateMsLeast = 5_000;

/** Returns how to stop it. */
export function startPolling({ everyMs, ask, onChange, page = document }: PollingOptions): () => void {
  const lateMs = Math.max(lateMsLeast, everyMs * 2);
  let isAsking = false;
  let isStopped = false;
  let failures = 0;
  let answeredAt: number | null = null;
  let next: ReturnType<typeof setTimeout> | undefined;
  let late: ReturnType<typeof setTimeout> | undefined;
  const isLooked = () => page.visibilityState !== 'hidden';

  async function run(): Promise<void> {
    clearTimeout(next);
    if (isAsking || isStopped || !isLooked()) return;
    isAsking = true;
    const askedAt = performance.now();
    late = setTimeout(() => onChange({ is: 'stale', at: answeredAt, error: null }), lateMs);
    const outcome = await ask().then(
      () => ({ isAnswer: true as const }),
      (error: unknown) => ({ isAnswer: false as const, error }),
    );
    clearTimeout(late);
    isAsking = false;
    if (isStopped) return;
    failures = outcome.isAnswer ? 0 : failures + 1;
    const now = serverNow();
    if (outcome.isAnswer) answeredAt = now;
    onChange(outcome.isAnswer ? { is: 'fresh', at: now } : { is: 'stale', at: answeredAt, error: outcome.error });
    const wait = failures < 2 ? everyMs : Math.max(everyMs, Math.min(retryMsMax, everyMs * 2 ** (failures - 1)));
    next = setTimeout(() => void run(), Math.max(0, askedAt + wait - performance.now()));
  }

  const look = () => {
    if (isLooked()) void run();
    else clearTimeout(next);
  };
  page.addEventListener('visibilitychange', look);
  void run();
  return () => {
    isStopped = true;
    clearTimeout(next);
    clearTimeout(late);
    page.removeEventListener('visibilitychange', look);
  };
}
