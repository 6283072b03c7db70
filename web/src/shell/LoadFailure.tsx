import { messages } from '../language/language.ts';

export function LoadFailure({ onRetry }: { onRetry: () => void }) {
  const words = messages.value;
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
