import type { Signal } from '@preact/signals';
import { Icon } from '../design/Icon.tsx';
import { Countdown } from '../drops/Countdown.tsx';
import { type Grant, grantPath, type SlotState } from '../grants/grant.ts';
import { useGrantState } from '../grants/useGrant.ts';
import { money } from '../language/format.ts';
import { messages } from '../language/language.ts';
import './slots.css';
import { slotMessages } from './slot-messages.ts';
import { urgencyOf } from './urgency.ts';

export function SlotTicket({ source }: { source: Signal<Grant> }) {
  const slot = source.value;
  const { state, leftMs } = useGrantState(slot);
  const words = slotMessages.value;
  const isCounting = state === 'held' && !slot.paying && leftMs !== null;
  return (
    <li class="ticket" data-state={state} data-urgency={isCounting ? urgencyOf(leftMs) : 'calm'}>
      <div class="ticket-stub">
        {isCounting ? (
          <>
            <span class="small">{words.timeLeftShort}</span>
            <strong>
              <Countdown milliseconds={leftMs} />
            </strong>
          </>
        ) : (
          <Icon name={slot.paying ? 'card' : state === 'confirmed' ? 'check' : 'bag'} size={28} />
        )}
      </div>
      <div class="ticket-body">
        <div class="card-line">
          <h2 class="ticket-title">
            <a href={grantPath(slot)}>{slot.title}</a>
          </h2>
          <span class={state === 'held' || state === 'confirmed' ? 'chip good' : 'chip'}>
            {slot.paying ? words.paying : words.state[state as SlotState]}
          </span>
        </div>
        <p class="small soft number">
          No. {slot.serial} · {messages.value.claims.arrival(slot.arrival)}
        </p>
        <div class="slot-foot">
          <strong class="number">
            {slot.price !== null && slot.currency !== null ? money(slot.price, slot.currency) : ''}
          </strong>
          {isCounting && (
            <a class="button primary" href={grantPath(slot)}>
              {words.toPay}
            </a>
          )}
        </div>
      </div>
    </li>
  );
}
