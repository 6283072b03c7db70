import { useSignal } from '@preact/signals';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import '../coupons/coupons.css';
import { type Grant, loadGrants } from '../coupons/grant.ts';
import { Icon } from '../design/Icon.tsx';
import { useLoad } from '../design/useLoad.ts';
import { Countdown } from '../drops/Countdown.tsx';
import { useCountdown } from '../drops/useCountdown.ts';
import { money } from '../language/format.ts';
import { messages } from '../language/language.ts';
import { LoadFailure } from '../shell/LoadFailure.tsx';
import { useTitle } from '../shell/useTitle.ts';

export default function SlotsPage() {
  const words = messages.value.slots;
  useTitle(words.title);
  return (
    <MembersOnly>
      <div class="page narrow">
        <h1>{words.title}</h1>
        <SlotList />
      </div>
    </MembersOnly>
  );
}

function SlotList() {
  const words = messages.value;
  const slots = useSignal<Grant[]>([]);
  const next = useSignal<string | null>(null);
  const { state, reload } = useLoad(account.value?.id ?? '', async () => {
    const page = await loadGrants('product', null);
    slots.value = page.items;
    next.value = page.next;
  });

  async function more(): Promise<void> {
    const page = await loadGrants('product', next.value).catch(() => null);
    if (!page) return;
    slots.value = [...slots.value, ...page.items];
    next.value = page.next;
  }

  if (state.value.is === 'failed') return <LoadFailure onRetry={reload} />;
  if (state.value.is === 'loading') return <div class="skeleton ticket-skeleton" aria-busy="true" />;
  if (slots.value.length === 0)
    return (
      <div class="empty">
        <Icon name="bag" size={36} />
        <p class="soft">{words.slots.empty}</p>
        <a class="button primary" href="/">
          {words.shell.toDrops}
        </a>
      </div>
    );
  return (
    <>
      <ul class="tickets">
        {slots.value.map((slot) => (
          <SlotTicket key={slot.id} slot={slot} />
        ))}
      </ul>
      {next.value !== null && (
        <button type="button" class="button wide" onClick={() => void more()}>
          {words.shell.more}
        </button>
      )}
    </>
  );
}

function SlotTicket({ slot }: { slot: Grant }) {
  const words = messages.value.slots;
  const left = useCountdown(slot.state === 'held' ? slot.holdUntil : null);
  // The clock knows that a hold ran out before the list is loaded again.
  const state = left === 0 ? 'expired' : slot.state;
  return (
    <li class="ticket" data-state={state}>
      <div class="ticket-stub">
        {left !== null && left > 0 ? (
          <>
            <span class="small">{words.timeLeft}</span>
            <strong>
              <Countdown milliseconds={left} />
            </strong>
          </>
        ) : (
          <Icon name={state === 'confirmed' ? 'check' : 'bag'} size={28} />
        )}
      </div>
      <div class="ticket-body">
        <div class="card-line">
          <h2 class="ticket-title">
            <a href={`/drops/${slot.dropId}`}>{slot.title}</a>
          </h2>
          <span class={state === 'held' || state === 'confirmed' ? 'chip good' : 'chip'}>
            {words.state[state as keyof typeof words.state]}
          </span>
        </div>
        <p class="number">{slot.price !== null && slot.currency !== null ? money(slot.price, slot.currency) : ''}</p>
        <p class="small soft number">
          No. {slot.serial} · {messages.value.claims.arrival(slot.arrival)}
        </p>
      </div>
    </li>
  );
}
