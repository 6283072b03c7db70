import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { useTitle } from './useTitle.ts';

export function NotFoundPage({ title }: { title?: string }) {
  const words = messages.value.shell;
  useTitle(title ?? words.notFoundTitle);
  return (
    <div class="page">
      <div class="empty">
        <Icon name="door" size={44} />
        <h1>{title ?? words.notFoundTitle}</h1>
        <p class="soft">{words.notFoundText}</p>
        <a class="button primary" href="/">
          {words.toDrops}
        </a>
      </div>
    </div>
  );
}
