import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { accountMessages } from '../../accounts/account-messages.ts';
import { Field } from '../../design/Field.tsx';
import { Icon } from '../../design/Icon.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { useLoad } from '../../design/useLoad.ts';
import { messages } from '../../language/language.ts';
import { type Channel, channels } from '../../notifications/notification.ts';
import { notificationMessages } from '../../notifications/notification-messages.ts';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { useTitle } from '../../shell/useTitle.ts';
import { DeliveryRow } from './DeliveryRow.tsx';
import { deliveryMessages } from './delivery-messages.ts';
import './deliveries.css';
import {
  type Delivery,
  type DeliveryFilter,
  type DeliveryState,
  deliveryStates,
  loadDeliveries,
  readFilter,
  withDelivery,
  writeFilter,
} from './delivery.ts';

/** What was sent to whom over which channel, newest first, and what became of it. */
export default function DeliveryLogPage() {
  const words = deliveryMessages.value;
  const filter = useSignal(readFilter(location.search));
  /** How often somebody wanted to see what has changed. */
  const turn = useSignal(0);
  useTitle(words.title);

  function choose(change: Partial<DeliveryFilter>): void {
    filter.value = { ...filter.value, ...change };
    // Not a step of its own: the cursor stays in the filter, and one press goes back to where one came from.
    history.replaceState(history.state, '', location.pathname + writeFilter(filter.value));
  }

  return (
    <div class="page">
      <div class="admin-head">
        <h1>{words.title}</h1>
        <button
          type="button"
          class="button"
          onClick={() => {
            turn.value += 1;
          }}
        >
          {words.reload}
        </button>
      </div>
      <Filters filter={filter.value} choose={choose} />
      <DeliveryList filter={filter} turn={turn.value} choose={choose} />
    </div>
  );
}

interface FiltersProps {
  filter: DeliveryFilter;
  choose: (change: Partial<DeliveryFilter>) => void;
}

function Filters({ filter, choose }: FiltersProps) {
  const words = deliveryMessages.value;
  const names = notificationMessages.value.settings;
  const states = Object.fromEntries(deliveryStates.map((state) => [state, words.states[state]]));
  const ways = Object.fromEntries(channels.map((channel) => [channel, names.channels[channel]]));
  return (
    <search class="panel delivery-filters">
      <SelectField
        label={words.state}
        name="state"
        value={filter.state}
        options={{ '': words.all, ...states } as Record<DeliveryState | '', string>}
        onValue={(state) => choose({ state })}
      />
      <SelectField
        label={names.type}
        name="type"
        value={filter.type}
        options={{ '': words.all, ...names.types } as Record<string, string>}
        onValue={(type) => choose({ type })}
      />
      <SelectField
        label={words.channel}
        name="channel"
        value={filter.channel}
        options={{ '': words.all, ...ways } as Record<Channel | '', string>}
        onValue={(channel) => choose({ channel })}
      />
      <UsernameField username={filter.username} onUsername={(username) => choose({ username })} />
    </search>
  );
}

/** A whole name, not a part of one: it counts when it has been typed. */
function UsernameField({ username, onUsername }: { username: string; onUsername: (username: string) => void }) {
  const typed = useSignal(username);
  useEffect(() => {
    typed.value = username;
  }, [username]);
  const settle = () => {
    if (typed.value.trim() !== username) onUsername(typed.value.trim());
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        settle();
      }}
    >
      <Field
        label={accountMessages.value.username}
        name="username"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={40}
        value={typed.value}
        onValue={(value) => {
          typed.value = value;
        }}
        onBlur={settle}
      />
    </form>
  );
}

interface DeliveryListProps {
  filter: Signal<DeliveryFilter>;
  turn: number;
  choose: FiltersProps['choose'];
}

function DeliveryList({ filter, turn, choose }: DeliveryListProps) {
  const words = deliveryMessages.value;
  const items = useSignal<Delivery[]>([]);
  const next = useSignal<string | null>(null);
  const said = useSignal('');
  const { state, reload } = useLoad(`${turn}${writeFilter(filter.value)}`, async () => {
    const page = await loadDeliveries(filter.value, null);
    items.value = page.items;
    next.value = page.next;
  });

  async function more(): Promise<void> {
    const asked = filter.value;
    const page = await loadDeliveries(asked, next.value).catch(() => null);
    if (!page || asked !== filter.value) return;
    items.value = [...items.value, ...page.items.filter(({ id }) => !items.value.some((known) => known.id === id))];
    next.value = page.next;
  }

  if (state.value.is === 'failed') return <LoadFailure onRetry={reload} />;
  if (state.value.is === 'loading') return <div class="skeleton form-skeleton" aria-busy="true" />;
  const isFiltered = writeFilter(filter.value) !== '';
  return (
    <>
      {items.value.length === 0 ? (
        <div class="empty">
          <Icon name="bell" size={36} />
          <p class="soft">{isFiltered ? words.noneSuch : words.none}</p>
          {isFiltered && (
            <button
              type="button"
              class="button"
              onClick={() => choose({ state: '', type: '', channel: '', username: '' })}
            >
              {words.clear}
            </button>
          )}
        </div>
      ) : (
        <ul class="admin-list panel">
          {items.value.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              onPerson={(username) => choose({ username })}
              onSentAgain={(sent) => {
                items.value = withDelivery(items.value, sent);
                said.value = words.sentAgain;
              }}
            />
          ))}
        </ul>
      )}
      {next.value !== null && (
        <button type="button" class="button wide" onClick={() => void more()}>
          {messages.value.shell.more}
        </button>
      )}
      <p class="for-readers" role="status">
        {said.value}
      </p>
    </>
  );
}
