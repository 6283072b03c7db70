import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { requestAsMember } from '../../accounts/session.ts';
import { useLoad } from '../../design/useLoad.ts';
import { StateChip } from '../../drops/DropCard.tsx';
import type { Drop } from '../../drops/drop.ts';
import { loadDrops, rememberDrop } from '../../drops/drop-store.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { formErrorsFrom } from '../../http/form-errors.ts';
import { messages } from '../../language/language.ts';
import { connection } from '../../realtime/connection.ts';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { useTitle } from '../../shell/useTitle.ts';
import { dropAdminMessages } from './drop-admin-messages.ts';

export default function AdminDropList() {
  const words = dropAdminMessages.value;
  const drops = useSignal<Signal<Drop>[]>([]);
  const next = useSignal<string | null>(null);
  const { state, reload } = useLoad('admin', () => load(null));
  useTitle(words.title);
  useEffect(() => {
    if (drops.value.length > 0) connection.watch(drops.value.map((drop) => drop.value.id));
  }, [drops.value]);

  async function load(cursor: string | null): Promise<void> {
    const page = await loadDrops(cursor);
    drops.value = cursor === null ? page.items : [...drops.value, ...page.items];
    next.value = page.next;
  }

  if (state.value.is === 'failed') return <LoadFailure onRetry={reload} />;
  return (
    <div class="page">
      <div class="admin-head">
        <h1>{words.title}</h1>
        <div class="admin-head-links">
          <a class="button primary" href="/admin/drops/new">
            {words.create}
          </a>
        </div>
      </div>
      {state.value.is === 'loading' ? (
        <div class="skeleton form-skeleton" aria-busy="true" />
      ) : (
        <ul class="admin-list panel">
          {drops.value.map((drop) => (
            <AdminRow key={drop.value.id} source={drop} />
          ))}
          {drops.value.length === 0 && <li class="soft">{words.empty}</li>}
        </ul>
      )}
      {next.value !== null && (
        <button type="button" class="button wide" onClick={() => void load(next.value).catch(() => undefined)}>
          {messages.value.shell.more}
        </button>
      )}
    </div>
  );
}

function AdminRow({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const words = dropAdminMessages.value;
  const { state } = useDropState(drop);
  const isAsked = useSignal(false);
  const failure = useSignal<string | null>(null);

  async function cancel(): Promise<void> {
    // Cancelling cannot be taken back: the first press asks, the second one does it.
    if (!isAsked.value) {
      isAsked.value = true;
      return;
    }
    try {
      const path = `/v1/drops/${encodeURIComponent(drop.id)}/cancel`;
      rememberDrop(await requestAsMember<Drop>(path, { method: 'POST' }));
    } catch (error) {
      failure.value = formErrorsFrom(error, {}).form;
    }
    isAsked.value = false;
  }

  return (
    <li class="admin-row">
      <div class="admin-row-text">
        <div class="card-line">
          <StateChip state={state} />
          <span class="small soft">{words.kinds[drop.kind]}</span>
        </div>
        <a class="admin-title" href={`/admin/drops/${drop.id}`}>
          {drop.title}
        </a>
        <span class="small soft number">
          {messages.value.drops.opensAt(drop.opensAt)} · {words.granted(drop.stock - drop.remaining, drop.stock)}
          {drop.waiting > 0 && <> · {words.waiting(drop.waiting)}</>}
        </span>
        {failure.value !== null && (
          <span class="field-hint wrong" role="alert">
            {failure.value}
          </span>
        )}
      </div>
      {state !== 'cancelled' && (
        <div class="admin-row-buttons">
          <a class="button" href={`/admin/drops/${drop.id}/edit`}>
            {words.edit}
          </a>
          <button
            type="button"
            class="button danger"
            onClick={() => void cancel()}
            onBlur={() => {
              isAsked.value = false;
            }}
          >
            <span class="swap" data-second={isAsked.value}>
              <span>{words.cancel}</span>
              <span>{words.cancelSure}</span>
            </span>
          </button>
        </div>
      )}
    </li>
  );
}
