import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { requestAsMember } from '../../accounts/session.ts';
import type { Drop } from '../../drops/drop.ts';
import { stateAt } from '../../drops/drop.ts';
import { rememberDrop } from '../../drops/drop-store.ts';
import { serverNow } from '../../realtime/clock.ts';
import { useTitle } from '../../shell/useTitle.ts';
import type { DropAdminProps } from '../DropAdminPage.tsx';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import { DropForm } from './DropForm.tsx';
import { bodyOf, type Draft, draftOf } from './draft.ts';

export default function EditDropPage({ drop }: DropAdminProps) {
  const { id, title } = drop.value;
  const { route } = useLocation();
  const words = dropAdminMessages.value;
  // As it was when the form opened: what somebody types is not overwritten by live figures.
  const before = useMemo(() => drop.peek(), [id]);
  const first = useMemo(() => draftOf(before), [before]);
  useTitle(`${words.editTitle} · ${title}`);

  async function save(draft: Draft): Promise<void> {
    const changes = changesBetween(first, draft);
    if (Object.keys(changes).length > 0)
      rememberDrop(
        await requestAsMember<Drop>(`/v1/drops/${encodeURIComponent(id)}`, { method: 'PATCH', body: changes }),
      );
    route(`/admin/drops/${id}`);
  }

  return (
    <DropForm first={first} isFixed={stateAt(before, serverNow()) !== 'scheduled'} isNew={false} onSubmit={save} />
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
