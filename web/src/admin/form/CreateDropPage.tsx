import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { requestAsMember } from '../../accounts/session.ts';
import type { Drop } from '../../drops/drop.ts';
import { useTitle } from '../../shell/useTitle.ts';
import { dropAdminMessages } from '../drops/drop-admin-messages.ts';
import { DropForm } from './DropForm.tsx';
import { bodyOf, type Draft, emptyDraft } from './draft.ts';

export default function CreateDropPage() {
  const words = dropAdminMessages.value;
  const { route } = useLocation();
  const first = useMemo(emptyDraft, []);
  useTitle(words.createTitle);

  async function create(draft: Draft): Promise<void> {
    const { id } = await requestAsMember<Drop>('/v1/drops', { method: 'POST', body: bodyOf(draft) });
    route(`/admin/drops/${id}`);
  }

  return (
    <div class="page">
      <h1>{words.createTitle}</h1>
      <DropForm first={first} isFixed={false} isNew onSubmit={create} />
    </div>
  );
}
