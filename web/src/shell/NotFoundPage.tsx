import { Icon } from '../design/Icon.tsx';
import { messages } from '../language/language.ts';
import { useTitle } from './useTitle.ts';

interface NotFoundProps {
  title?: string;
  /** Where the way leads from here: without it, to what buyers see. */
  href?: string;
}

export function NotFoundPage({ title, href = '/' }: NotFoundProps) {
  const words = messages.value.shell;
  useTitle(title ?? words.notFoundTitle);
  return (
    <div class="page">
      <div class="empty">
        <Icon name="door" size={44} />
        <h1>{title ?? words.notFoundTitle}</h1>
        <p class="soft">{words.notFoundText}</p>
        <a class="button primary" href={href}>
          {words.toDrops}
        </a>
      </div>
    </div>
  );
}
