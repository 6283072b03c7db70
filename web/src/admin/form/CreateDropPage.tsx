import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { useLoad } from '../../design/useLoad.ts';
import type { Drop } from '../../drops/drop.ts';
import { loadDrop, rememberDrop } from '../../drops/drop-store.ts';
import { isNotFound } from '../../http/problem.ts';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { useTitle } from '../../shell/useTitle.ts';
import { takeCarried } from './carried.ts';
import { DropForm } from './DropForm.tsx';
import { copyOf, type Draft, emptyDraft, forAnotherTime } from './draft.ts';
import { formMessages } from './form-messages.ts';
import { dropMaker } from './make-drop.ts';

/** A new drop: from nothing, or with the terms of one that was (`?from=`). */
export default function CreateDropPage() {
  const words = formMessages.value;
  const { query } = useLocation();
  const from = query['from'];
  useTitle(words.createTitle);
  return (
    <div class="page">
      <h1>{words.createTitle}</h1>
      {from === undefined ? <NewDrop /> : <SoldAgain key={from} id={from} />}
    </div>
  );
}

function SoldAgain({ id }: { id: string }) {
  const { state, reload } = useLoad(id, async () => (await loadDrop(id)).peek());
  if (state.value.is === 'failed' && isNotFound(state.value.error))
    return (
      <>
        <p class="banner warn">{formMessages.value.copyGone}</p>
        <NewDrop />
      </>
    );
  if (state.value.is === 'failed') return <LoadFailure error={state.value.error} onRetry={reload} />;
  if (state.value.is === 'loading') return <div class="skeleton form-skeleton" aria-busy="true" />;
  return (
    <>
      <p class="banner">{formMessages.value.copied(state.value.value.title)}</p>
      <NewDrop like={state.value.value} />
    </>
  );
}

function NewDrop({ like }: { like?: Drop }) {
  const first = useMemo(() => (like ? copyOf(like) : emptyDraft()), [like]);
  const typed = useMemo(() => {
    const draft = like ? takeCarried(like.id) : null;
    return draft && forAnotherTime(draft, first);
  }, [like]);

  const isRepeating = useSignal(false);
  const make = useMemo(
    () =>
      dropMaker(() => {
        isRepeating.value = true;
      }),
    [],
  );

  async function create(draft: Draft): Promise<string> {
    const drop = await make(draft).finally(() => {
      isRepeating.value = false;
    });
    rememberDrop(drop);
    return `/admin/drops/${drop.id}`;
  }

  const note = isRepeating.value ? formMessages.value.repeating : null;
  return (
    <DropForm first={first} typed={typed} isFixed={false} isNew back="/admin/drops" note={note} onSubmit={create} />
  );
}
