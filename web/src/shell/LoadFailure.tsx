import { useEffect, useRef } from 'preact/hooks';
import { messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';

/** Something did not come. It is asked for again on a press, and by itself when the network is back. */
export function LoadFailure({ onRetry }: { onRetry: () => void }) {
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
        <p class="soft">{words.errors.network}</p>
        <button type="button" class="button primary" onClick={onRetry}>
          {words.shell.retry}
        </button>
      </div>
    </div>
  );
}
