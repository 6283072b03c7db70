import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Route, Router, useRoute } from 'preact-iso/router';
import { useLoad } from '../design/useLoad.ts';
import type { Drop } from '../drops/drop.ts';
import { loadDrop } from '../drops/drop-store.ts';
import { isNotFound } from '../http/problem.ts';
import { messages } from '../language/language.ts';
import { connection } from '../realtime/connection.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { lazyPage } from '../shell/lazy-page.tsx';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import { DropAdminHead } from './DropAdminHead.tsx';

const DropMonitorPage = lazyPage(() => import('./monitor/DropMonitorPage.tsx'));
const PeoplePage = lazyPage(() => import('./people/PeoplePage.tsx'));
const EditDropPage = lazyPage(() => import('./form/EditDropPage.tsx'));

/** What each of a drop's pages gets: the drop, live. The head with the title and the tabs stands above them. */
export interface DropAdminProps {
  drop: Signal<Drop>;
}

/** One drop, for administrators: a head, and below it what its tab says. */
export function DropAdminPage() {
  const id = useRoute().params['id'] ?? '';
  return <OneDrop key={id} id={id} />;
}

function OneDrop({ id }: { id: string }) {
  const { state, reload } = useLoad(id, () => loadDrop(id));
  useEffect(() => {
    connection.watch([id]);
  }, [id]);
  if (state.value.is === 'failed') {
    return isNotFound(state.value.error) ? (
      <NotFoundPage title={messages.value.drops.notFound} href="/admin/drops" />
    ) : (
      <LoadFailure error={state.value.error} onRetry={reload} />
    );
  }
  if (state.value.is === 'loading')
    return (
      <div class="page" aria-busy="true">
        <div class="skeleton drop-admin-head-skeleton" />
        <div class="skeleton form-skeleton" />
      </div>
    );
  const drop = state.value.value;
  return (
    <div class="page drop-admin">
      <DropAdminHead source={drop} />
      <Router>
        <Route path="/" component={DropMonitorPage} drop={drop} />
        <Route path="/people" component={PeoplePage} drop={drop} />
        <Route path="/edit" component={EditDropPage} drop={drop} />
        <Route default component={NotFoundPage} href={`/admin/drops/${id}`} />
      </Router>
    </div>
  );
}
