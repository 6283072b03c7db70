import { useEffect, useRef } from 'preact/hooks';
import { Problem } from '../http/problem.ts';
import { messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';

interface LoadFailureProps {
  /** What came instead; without it, nothing did. */
  error?: unknown;
  onRetry: () => void;
}

/** Something did not come. It is asked for again on a press, and by itself when the network is back. */
export function LoadFailure({ error, onRetry }: LoadFailureProps) {
  const words = messages.value;
  const isLive = connection.isLive.value;
  const wasLive = useRef(isLive);
  const retry = useRef(onRetry);
  retry.current = onRetry;
  useEffect(() => {
    if (isLive && !wasLive.current) retry.current();
    wasLive.current = isLive;
  }, [isLive]);
  useEffect(() => {
    const again = () => retry.current();
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, []);
  return (
    <div class="page">
      <div class="empty" role="alert">
        <h2>{words.shell.failed}</h2>
        <p class="soft">{failureText(error)}</p>
        <button type="button" class="button primary" onClick={onRetry}>
          {words.shell.retry}
        </button>
      </div>
    </div>
  );
}

/** Why something did not come, as far as people can do something about it. */
export function failureText(error: unknown): string {
  const words = messages.value.errors;
  if (!(error instanceof Problem)) return words.network;
  return error.status === 429 ? words.wait(error.retryAfterSeconds ?? 60) : words.internal;
}
