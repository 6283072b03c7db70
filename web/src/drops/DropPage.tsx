import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ClaimPanel } from '../claims/ClaimPanel.tsx';
import { useKnownGrants } from '../claims/useKnownGrants.ts';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import { isNotFound } from '../http/problem.ts';
import { messages } from '../language/language.ts';
import { TellMePlace } from '../notifications/TellMePlace.tsx';
import { connection } from '../realtime/connection.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { DropArt } from './DropArt.tsx';
import { DropFacts } from './DropFacts.tsx';
import { DropHead } from './DropHead.tsx';
import type { Drop, DropState } from './drop.ts';
import { knownDrop, loadDrop } from './drop-store.ts';
import { useDropState } from './useDropState.ts';

export function DropPage({ id = '' }: { id?: string }) {
  return <DropLoader key={id} id={id} />;
}

function DropLoader({ id }: { id: string }) {
  const { state, reload } = useLoad(id, () => loadDrop(id));
  useEffect(() => connection.watch([id]), [id]);
  // Coming from the list, the drop is known already: it is shown at once and corrected by the answer.
  const drop = state.value.is === 'ready' ? state.value.value : knownDrop(id);
  if (state.value.is === 'failed' && isNotFound(state.value.error))
    return <NotFoundPage title={messages.value.drops.notFound} />;
  if (!drop)
    return state.value.is === 'failed' ? (
      <LoadFailure error={state.value.error} onRetry={reload} />
    ) : (
      <DropPageSkeleton />
    );
  return <DropView source={drop} isLoaded={state.value.is === 'ready'} />;
}

function DropView({ source, isLoaded }: { source: Signal<Drop>; isLoaded: boolean }) {
  const drop = source.value;
  const { state, untilOpeningMs } = useDropState(drop);
  const words = messages.value.drops;
  useTitle(titleAt(drop, state, untilOpeningMs));
  useKnownGrants(drop);
  return (
    <article class="page drop-page">
      <a class="back-link" href="/">
        <Icon name="back" size={18} />
        {words.back}
      </a>
      <div class="drop-art">
        <DropArt drop={drop} isFirst />
      </div>
      <div class="drop-main">
        <DropHead drop={drop} state={state} />
        <ClaimPanel drop={drop} state={state} untilOpeningMs={untilOpeningMs} isLoaded={isLoaded} />
        <TellMePlace drop={drop} state={state} />
      </div>
      <DropFacts drop={drop} />
    </article>
  );
}

/** What a tab in the background tells: the last minute before the opening, and that it is open. */
function titleAt({ title }: Drop, state: DropState, untilOpeningMs: number): string {
  const seconds = Math.ceil(untilOpeningMs / 1000);
  if (state === 'scheduled' && seconds <= 60) return `${messages.value.drops.seconds(seconds)} · ${title}`;
  return state === 'open' ? `${messages.value.drops.state.open} · ${title}` : title;
}

function DropPageSkeleton() {
  return (
    <div class="page drop-page" aria-busy="true">
      <span class="back-link">
        <Icon name="back" size={18} />
        {messages.value.drops.back}
      </span>
      <div class="drop-art">
        <div class="art skeleton" />
      </div>
      <div class="drop-main">
        <header class="drop-head">
          <div class="skeleton line-short" />
          <div class="skeleton line-headline" />
          <div class="skeleton line-short" />
        </header>
        <div class="stage skeleton-stage" />
      </div>
    </div>
  );
}
