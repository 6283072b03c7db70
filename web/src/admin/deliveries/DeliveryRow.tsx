import { useSignal } from '@preact/signals';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { formErrorsFrom } from '../../http/form-errors.ts';
import { dateTime } from '../../language/format.ts';
import { language, messages } from '../../language/language.ts';
import { notificationMessages } from '../../notifications/notification-messages.ts';
import { serverNow } from '../../realtime/clock.ts';
import { listMessages } from '../list/list-messages.ts';
import { PersonButton } from '../list/PersonButton.tsx';
import { canBeSentAgain, type Delivery, type DeliveryState, sendAgain } from './delivery.ts';
import { deliveryMessages } from './delivery-messages.ts';

const chips: Record<DeliveryState, string> = {
  pending: 'chip warn',
  sent: 'chip good',
  failed: 'chip failed',
};

interface DeliveryRowProps {
  delivery: Delivery;
  onPerson: (username: string) => void;
  onSentAgain: (sent: Delivery) => void;
}

export function DeliveryRow({ delivery, onPerson, onSentAgain }: DeliveryRowProps) {
  const words = deliveryMessages.value;
  const names = notificationMessages.value.settings;
  const types: Record<string, string> = names.types;
  const { person, type, channel, state, failure } = delivery;
  const isAsked = useSignal(false);
  const name = person.username ?? listMessages.value.nobody;
  const subject = `${types[type] ?? type}, ${name}`;

  return (
    <li class="admin-row list-row delivery" data-state={state}>
      <div class="admin-row-text">
        <div class="card-line">
          <span class={chips[state]}>{words.states[state]}</span>
          <span class="small soft">{names.channels[channel]}</span>
        </div>
        <strong>{types[type] ?? type}</strong>
        <PersonButton username={person.username} onPerson={onPerson} />
        <span class="small soft number">{timesOf(delivery)}</span>
        {failure !== null && (
          <p class="delivery-failure small">
            <span class="for-readers">{words.failure}: </span>
            {failure}
          </p>
        )}
      </div>
      {canBeSentAgain(delivery) && (
        <button
          type="button"
          class="button"
          aria-label={`${words.sendAgain}: ${subject}`}
          onClick={() => {
            isAsked.value = true;
          }}
        >
          {words.sendAgain}
        </button>
      )}
      <ConfirmDialog
        isOpen={isAsked}
        title={words.sendAgainTitle}
        confirm={words.sendAgain}
        onConfirm={async () => onSentAgain(await sendAgain(delivery.id))}
        tell={(error) => formErrorsFrom(error, {}).form ?? messages.value.errors.internal}
      >
        <p>
          <strong>
            {types[type] ?? type} · {names.channels[channel]} · {name}
          </strong>
        </p>
        <p class="soft">{state === 'failed' ? words.triedAnew : words.sentTwice}</p>
      </ConfirmDialog>
    </li>
  );
}

/** When it came to be, how often it was tried, and when it is tried next: to the second, within the hour. */
function timesOf({ state, attempts, createdAt, dueAt }: Delivery): string {
  const words = deliveryMessages.value;
  const due =
    Date.parse(dueAt) <= serverNow() ? words.dueNow : words.dueAt(new Date(dueAt).toLocaleTimeString(language.value));
  return [
    dateTime(createdAt),
    ...(attempts > 0 ? [words.tries(attempts)] : []),
    ...(state === 'pending' ? [due] : []),
  ].join(' · ');
}
