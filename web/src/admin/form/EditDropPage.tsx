import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { requestAsMember } from '../../accounts/session.ts';
import type { Drop } from '../../drops/drop.ts';
import { rememberDrop } from '../../drops/drop-store.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { useTitle } from '../../shell/useTitle.ts';
import type { DropAdminProps } from '../DropAdminPage.tsx';
import { DropActs } from '../drops/DropActs.tsx';
import { carry } from './carried.ts';
import { DropForm } from './DropForm.tsx';
import { changesBetween, type Draft, draftOf } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { LessDialog } from './LessDialog.tsx';
import { type Less, lessOf } from './less.ts';

/** Changing a drop; below, what ends it. What takes something away from people asks first. */
export default function EditDropPage({ drop }: DropAdminProps) {
  const { id, title } = drop.value;
  const { state } = useDropState(drop.value);
  const { route } = useLocation();
  // As it was when the form opened: what somebody types is not overwritten by live figures.
  const first = useMemo(() => draftOf(drop.peek()), [id]);
  // Cancelled while somebody types: what they typed is not taken from them.
  const wasThere = useRef(state !== 'cancelled');
  const asked = useSignal<{ less: Less; answer: (isSure: boolean) => void } | null>(null);
  useTitle(`${formMessages.value.editTitle} · ${title}`);

  async function save(draft: Draft): Promise<string | null> {
    const less = lessOf(drop.peek(), state, first, draft);
    if (less !== null && !(await isSure(less))) return null;
    const changes = changesBetween(first, draft);
    if (Object.keys(changes).length > 0) {
      const path = `/v1/drops/${encodeURIComponent(id)}`;
      rememberDrop(await requestAsMember<Drop>(path, { method: 'PATCH', body: changes }));
    }
    return `/admin/drops/${id}`;
  }

  function newFrom(draft: Draft): void {
    carry(id, draft);
    route(`/admin/drops/new?from=${id}`, true);
  }

  function isSure(less: Less): Promise<boolean> {
    return new Promise((answer) => {
      asked.value = { less, answer };
    });
  }

  return (
    <>
      {wasThere.current && (
        <DropForm
          first={first}
          isFixed={state !== 'scheduled' && state !== 'cancelled'}
          isNew={false}
          back={`/admin/drops/${id}`}
          onSubmit={save}
          isOver={state === 'cancelled'}
          onNewFrom={newFrom}
        />
      )}
      <LessDialog
        less={asked.value?.less ?? null}
        onAnswer={(isSure) => {
          asked.value?.answer(isSure);
          asked.value = null;
        }}
      />
      <DropActs source={drop} />
    </>
  );
}
