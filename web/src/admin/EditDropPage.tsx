import { useLocation } from 'preact-iso/router';
import { requestAsMember } from '../accounts/session.ts';
import { useLoad } from '../design/useLoad.ts';
import type { Drop } from '../drops/drop.ts';
import { stateAt } from '../drops/drop.ts';
import { loadDrop } from '../drops/drop-store.ts';
import { serverNow } from '../realtime/clock.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';
import { adminMessages } from './admin-messages.ts';
import { DropForm } from './DropForm.tsx';
import { bodyOf, type Draft, draftOf } from './draft.ts';

export function EditDropPage({ id }: { id: string }) {
  const words = adminMessages.value;
  const { route } = useLocation();
  const { state, reload } = useLoad(id, async () => (await loadDrop(id)).peek());
  useTitle(words.editTitle);
  if (state.value.is === 'failed') return <LoadFailure onRetry={reload} />;
  if (state.value.is === 'loading')
    return (
      <div class="page" aria-busy="true">
        <h1>{words.editTitle}</h1>
        <div class="skeleton form-skeleton" />
      </div>
    );
  const drop = state.value.value;
  const first = draftOf(drop);

  async function save(draft: Draft): Promise<void> {
    const changes = changesBetween(first, draft);
    if (Object.keys(changes).length > 0)
      await requestAsMember<Drop>(`/v1/drops/${encodeURIComponent(id)}`, { method: 'PATCH', body: changes });
    route('/admin');
  }

  return (
    <div class="page">
      <h1>{words.editTitle}</h1>
      <DropForm first={first} isFixed={stateAt(drop, serverNow()) !== 'scheduled'} isNew={false} onSubmit={save} />
    </div>
  );
}

/** Only what changed is sent: a field that may not change after the opening is not even named. */
function changesBetween(before: Draft, after: Draft): Record<string, unknown> {
  const old = bodyOf(before);
  const changed = Object.entries(bodyOf(after)).filter(
    ([field, value]) => field !== 'kind' && JSON.stringify(value) !== JSON.stringify(old[field]),
  );
  return Object.fromEntries(changed);
}
