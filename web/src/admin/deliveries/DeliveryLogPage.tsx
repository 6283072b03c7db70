import { useSignal } from '@preact/signals';
import { SelectField } from '../../design/SelectField.tsx';
import { usePages } from '../../design/usePages.ts';
import { type Channel, channels } from '../../notifications/notification.ts';
import { notificationMessages } from '../../notifications/notification-messages.ts';
import { useTitle } from '../../shell/useTitle.ts';
import { ListBody } from '../list/ListBody.tsx';
import { listMessages } from '../list/list-messages.ts';
import { ReloadButton } from '../list/ReloadButton.tsx';
import { UsernameField } from '../list/SettledField.tsx';
import { useAddressFilter, writeFilter } from '../list/useAddressFilter.ts';
import { DeliveryRow } from './DeliveryRow.tsx';
import './deliveries.css';
import {
  type DeliveryFilter,
  type DeliveryState,
  deliveryStates,
  loadDeliveries,
  readFilter,
  unfiltered,
  withDelivery,
} from './delivery.ts';
import { deliveryMessages } from './delivery-messages.ts';

/** What was sent to whom over which channel, newest first, and what became of it. */
export default function DeliveryLogPage() {
  const words = deliveryMessages.value;
  const { filter, choose } = useAddressFilter(readFilter);
  const said = useSignal('');
  const pages = usePages(
    writeFilter(filter.value),
    (cursor) => loadDeliveries(filter.peek(), cursor),
    ({ id }) => id,
  );
  const isFiltered = writeFilter(filter.value) !== '';
  useTitle(words.title);
  return (
    <div class="page">
      <div class="admin-head">
        <h1>{words.title}</h1>
        <ReloadButton onPress={pages.reload} />
      </div>
      <Filters filter={filter.value} choose={choose} />
      <ListBody
        pages={pages}
        icon="bell"
        none={isFiltered ? words.noneSuch : words.none}
        onClear={isFiltered ? () => choose(unfiltered) : undefined}
        row={(delivery) => (
          <DeliveryRow
            key={delivery.id}
            delivery={delivery}
            onPerson={(username) => choose({ username })}
            onSentAgain={(sent) => {
              pages.items.value = withDelivery(pages.items.value, sent);
              said.value = words.sentAgain;
            }}
          />
        )}
      />
      <p class="for-readers" role="status">
        {said.value}
      </p>
    </div>
  );
}

interface FiltersProps {
  filter: DeliveryFilter;
  choose: (change: Partial<DeliveryFilter>) => void;
}

function Filters({ filter, choose }: FiltersProps) {
  const words = deliveryMessages.value;
  const { all } = listMessages.value;
  const names = notificationMessages.value.settings;
  const states = Object.fromEntries(deliveryStates.map((state) => [state, words.states[state]]));
  const ways = Object.fromEntries(channels.map((channel) => [channel, names.channels[channel]]));
  return (
    <search class="panel list-filters">
      <SelectField
        label={words.state}
        name="state"
        value={filter.state}
        options={{ '': all, ...states } as Record<DeliveryState | '', string>}
        onValue={(state) => choose({ state })}
      />
      <SelectField
        label={names.type}
        name="type"
        value={filter.type}
        options={{ '': all, ...names.types } as Record<string, string>}
        onValue={(type) => choose({ type })}
      />
      <SelectField
        label={words.channel}
        name="channel"
        value={filter.channel}
        options={{ '': all, ...ways } as Record<Channel | '', string>}
        onValue={(channel) => choose({ channel })}
      />
      <UsernameField username={filter.username} onUsername={(username) => choose({ username })} />
    </search>
  );
}
