import type { Signal } from '@preact/signals';
import { useLocation } from 'preact-iso/router';
import { CopyButton } from '../design/CopyButton.tsx';
import type { Drop } from '../drops/drop.ts';
import { useDropState } from '../drops/useDropState.ts';
import { adminMessages } from './admin-messages.ts';
import { DropLine } from './DropLine.tsx';

/** What all pages of one drop begin with: which one it is, where it stands, its tabs, and the way to buyers. */
export function DropAdminHead({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const words = adminMessages.value.drop;
  const { state } = useDropState(drop);
  const { path } = useLocation();
  const publicPath = `/drops/${drop.id}`;
  const here = `/admin${publicPath}`;
  const tabs = { [here]: words.live, [`${here}/people`]: words.people, [`${here}/edit`]: words.edit };
  return (
    <header class="drop-admin-head">
      <DropLine drop={drop} state={state} />
      <div class="admin-head">
        <h1>{drop.title}</h1>
        <div class="admin-head-links">
          <a class="button" href={publicPath}>
            {words.page}
          </a>
          <CopyButton text={`${location.origin}${publicPath}`} label={words.copyLink} word={words.copyLink} />
        </div>
      </div>
      <nav class="tabs drop-admin-tabs" aria-label={words.menu}>
        {Object.entries(tabs).map(([href, text]) => (
          <a key={href} href={href} aria-current={path === href ? 'page' : undefined}>
            {text}
          </a>
        ))}
      </nav>
    </header>
  );
}
