import { signal } from '@preact/signals';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { Icon } from '../design/Icon.tsx';
import { GrantLists } from '../grants/GrantLists.tsx';
import type { SlotState } from '../grants/grant.ts';
import { useTitle } from '../shell/useTitle.ts';
import { SlotTicket } from './SlotTicket.tsx';
import { slotMessages } from './slot-messages.ts';

/** Kept while a single slot is looked at. */
const tab = signal<SlotState>('held');

export default function SlotsPage() {
  const words = slotMessages.value;
  useTitle(words.title);
  return (
    <MembersOnly>
      <GrantLists
        kind="product"
        title={words.title}
        tab={tab}
        tabs={words.tabs}
        empty={words.empty}
        beside={
          <a class="button" href="/receipts">
            <Icon name="card" size={18} />
            {words.receipts}
          </a>
        }
        ticket={(slot) => <SlotTicket key={slot.peek().id} source={slot} />}
      />
    </MembersOnly>
  );
}
