import { useSignal } from '@preact/signals';
import { Choice } from '../../design/Choice.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { usePages } from '../../design/usePages.ts';
import type { GrantState } from '../../grants/grant.ts';
import { useTitle } from '../../shell/useTitle.ts';
import type { DropAdminProps } from '../DropAdminPage.tsx';
import { ListBody } from '../list/ListBody.tsx';
import { listMessages } from '../list/list-messages.ts';
import { ReloadButton } from '../list/ReloadButton.tsx';
import { UsernameField } from '../list/SettledField.tsx';
import { useAddressFilter, writeFilter } from '../list/useAddressFilter.ts';
import { CsvButton } from './CsvButton.tsx';
import { PersonRow } from './PersonRow.tsx';
import './people.css';
import { grantStates, loadPeople, type PeopleFilter, readPeopleFilter } from './people.ts';
import { peopleMessages } from './people-messages.ts';
import { hasMoved, type Seen, seenOf } from './seen.ts';

/** Everyone who pressed: who got what, who waits, who was refused. A name answers why this person got none. */
export default function PeoplePage({ drop: source }: DropAdminProps) {
  const drop = source.value;
  const words = peopleMessages.value;
  const { filter, choose } = useAddressFilter(readPeopleFilter);
  const { who, state, username } = filter.value;
  const seen = useSignal<Seen | null>(null);
  const pages = usePages(
    `${drop.id}${writeFilter(filter.value)}`,
    async (cursor) => {
      const asked = seenOf(source.peek());
      const page = await loadPeople(drop.id, filter.peek(), cursor);
      if (cursor === null) seen.value = asked;
      return page;
    },
    keyOf,
  );
  useTitle(`${words.title} · ${drop.title}`);
  const isPerson = username !== '';
  const isFiltered = isPerson || state !== '';
  return (
    <section class="people" aria-label={words.title}>
      <search class="panel people-filters">
        <Choice
          label={words.who}
          name="who"
          value={isPerson ? 'all' : who}
          options={words.groups}
          onValue={(group) => choose({ who: group, state: '', username: '' })}
        />
        <div class="list-filters people-fields">
          <UsernameField username={username} onUsername={(name) => choose({ username: name })} />
          {who === 'holders' && !isPerson && (
            <SelectField
              label={words.state}
              name="state"
              value={state}
              options={{ '': listMessages.value.all, ...statesOf(drop.kind) } as Record<GrantState | '', string>}
              onValue={(next) => choose({ state: next })}
            />
          )}
          <CsvButton dropId={drop.id} title={drop.title} filter={filter.value} />
        </div>
      </search>
      <div class="people-age">
        <p class="soft number" role="status">
          {seen.value !== null && words.asOf(seen.value.at, hasMoved(seen.value, drop))}
        </p>
        <ReloadButton onPress={pages.reload} />
      </div>
      {isPerson && <h2>{words.story(username)}</h2>}
      <ListBody
        pages={pages}
        icon="person"
        none={emptyText(filter.value)}
        onClear={isFiltered ? () => choose({ state: '', username: '' }) : undefined}
        row={(person) => (
          <PersonRow
            key={keyOf(person)}
            person={person}
            drop={drop}
            isStory={isPerson}
            onPerson={(name) => choose({ username: name })}
          />
        )}
      />
    </section>
  );
}

function keyOf({ arrival, grant }: { arrival: number; grant: { id: string } | null }): string {
  return `${arrival} ${grant?.id ?? ''}`;
}

function statesOf(kind: 'coupon' | 'product'): Record<string, string> {
  const words = peopleMessages.value.states;
  return Object.fromEntries(grantStates[kind].map((state) => [state, words[state]]));
}

function emptyText({ who, state, username }: PeopleFilter): string {
  const words = peopleMessages.value;
  if (username !== '') return words.noClaim(username);
  return state === '' ? words.none[who] : listMessages.value.noneSuch;
}
