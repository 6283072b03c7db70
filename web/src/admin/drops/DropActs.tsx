import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso/router';
import { requestAsMember } from '../../accounts/session.ts';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import type { Drop } from '../../drops/drop.ts';
import { rememberDrop } from '../../drops/drop-store.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { formErrorsFrom } from '../../http/form-errors.ts';
import { isNotFound, Problem } from '../../http/problem.ts';
import { messages } from '../../language/language.ts';
import { serverNow } from '../../realtime/clock.ts';
import './drop-acts.css';
import { dropAdminMessages } from './drop-admin-messages.ts';

/** An end lies in the future, however little; on a slow way there the first is over, and a later one is asked for. */
const endsAfterMs = [1_500, 6_000, 30_000];

/** What ends a drop. Each asks once, and says what becomes of whom. */
export function DropActs({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const words = dropAdminMessages.value.acts;
  const { route } = useLocation();
  const { state } = useDropState(drop);
  const path = `/v1/drops/${encodeURIComponent(drop.id)}`;
  const isOnSale = state === 'open' || state === 'sold_out';
  const hasClaims = drop.lastGrantedArrival !== null;
  const granted = drop.stock - drop.remaining;

  async function end(): Promise<void> {
    for (const afterMs of endsAfterMs) {
      const body = { closesAt: new Date(serverNow() + afterMs).toISOString() };
      try {
        rememberDrop(await requestAsMember<Drop>(path, { method: 'PATCH', body }));
        return;
      } catch (error) {
        const isOver = error instanceof Problem && error.fields.some(({ field }) => field === 'closesAt');
        if (!isOver || afterMs === endsAfterMs.at(-1)) throw error;
      }
    }
  }

  async function cancel(): Promise<void> {
    rememberDrop(await requestAsMember<Drop>(`${path}/cancel`, { method: 'POST' }));
  }

  async function remove(): Promise<void> {
    await requestAsMember(path, { method: 'DELETE' });
    route('/admin/drops', true);
  }

  return (
    <section class="panel drop-acts" aria-labelledby="drop-acts">
      <h2 id="drop-acts">{words.title}</h2>
      {isOnSale && (
        <Act name={words.end} hint={words.endHint} title={words.endTitle} onConfirm={end}>
          <p>{words.endText}</p>
          <Consequences drop={drop} granted={granted} />
        </Act>
      )}
      {(isOnSale || state === 'scheduled') && (
        <Act name={words.cancel} hint={words.cancelHint} title={words.cancelTitle} onConfirm={cancel}>
          <p>{isOnSale ? words.cancelText : words.neverOpens}</p>
          {isOnSale && <Consequences drop={drop} granted={granted} />}
          <p>{words.final}</p>
        </Act>
      )}
      <Act
        name={words.remove}
        hint={hasClaims ? words.removeClaimed : words.removeHint}
        isImpossible={hasClaims}
        title={words.removeTitle}
        onConfirm={remove}
      >
        <p>{words.removeText(drop.title)}</p>
      </Act>
    </section>
  );
}

/** Figures are live: they are what they are when the button is pressed. */
function Consequences({ drop, granted }: { drop: Drop; granted: number }) {
  const words = dropAdminMessages.value.acts;
  return (
    <ul class="consequences number">
      <li>{words.kept(granted)}</li>
      {drop.remaining > 0 && <li>{words.unsold(drop.remaining)}</li>}
      {drop.waiting > 0 && <li>{words.line(drop.waiting)}</li>}
    </ul>
  );
}

interface ActProps {
  name: string;
  hint: string;
  /** The hint says why. */
  isImpossible?: boolean;
  title: string;
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
}

function Act({ name, hint, isImpossible = false, title, children, onConfirm }: ActProps) {
  const isAsked = useSignal(false);
  return (
    <div class="drop-act">
      <p class="small soft">{hint}</p>
      <button
        type="button"
        class="button danger"
        disabled={isImpossible}
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {name}
      </button>
      <ConfirmDialog isOpen={isAsked} title={title} confirm={name} isDangerous onConfirm={onConfirm} tell={actText}>
        {children}
      </ConfirmDialog>
    </div>
  );
}

function actText(error: unknown): string {
  const words = dropAdminMessages.value.acts;
  if (error instanceof Problem && error.code === 'drop_has_grants') return words.removeClaimed;
  if (isNotFound(error)) return words.gone;
  return formErrorsFrom(error, {}).form ?? messages.value.errors.internal;
}
