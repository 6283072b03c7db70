import type { Drop } from '../../drops/drop.ts';
import type { GrantState } from '../../grants/grant.ts';
import { money } from '../../language/format.ts';
import { paymentMessages } from '../../payments/payment-messages.ts';
import { exactTime } from '../list/exact-time.ts';
import { PersonButton } from '../list/PersonButton.tsx';
import type { PersonInDrop } from './people.ts';
import { peopleMessages } from './people-messages.ts';
import { whyOf } from './why.ts';

const tones: Record<GrantState, string> = {
  usable: 'chip warn',
  held: 'chip warn',
  used: 'chip good',
  confirmed: 'chip good',
  expired: 'chip',
  cancelled: 'chip',
  returned: 'chip',
};

interface PersonRowProps {
  person: PersonInDrop;
  drop: Drop;
  /** The list is about this one person: their whole story. */
  isStory: boolean;
  onPerson: (username: string) => void;
}

/** One claim: whose it was, when it came, and what came of it. */
export function PersonRow({ person, drop, isStory, onPerson }: PersonRowProps) {
  const words = peopleMessages.value;
  const { arrival, claimedAt, outcome, grant, line } = person;
  const isWaiting = grant === null && line?.state === 'waiting';
  return (
    <li class="admin-row list-row">
      <div class="admin-row-text">
        <div class="card-line">
          {grant !== null && <span class={tones[grant.state]}>{words.states[grant.state]}</span>}
          {grant !== null && <strong class="number">{words.serial(grant.serial)}</strong>}
          {isWaiting && <span class="chip warn">{words.groups.waiting}</span>}
          {grant === null && !isWaiting && <span class="chip failed">{words.outcomes[outcome]}</span>}
        </div>
        <PersonButton username={person.person.username} onPerson={onPerson} />
        <span class="small soft number">
          {words.arrived(arrival)} · {exactTime(claimedAt)}
        </span>
        {(isStory || grant === null) && <p class="person-why">{whyOf(person, drop)}</p>}
        {grant !== null && <span class="small soft number">{timesOf(grant, claimedAt).join(' · ')}</span>}
      </div>
      {grant?.payment && (
        <a class="person-payment number" href={`/admin/payments/${encodeURIComponent(grant.payment.id)}`}>
          <span class="for-readers">{words.payment}: </span>
          <span>{money(grant.payment.amount, grant.payment.currency)}</span>
          <span class="small soft">{paymentMessages.value.states[grant.payment.state]}</span>
        </a>
      )}
    </li>
  );
}

function timesOf(grant: NonNullable<PersonInDrop['grant']>, claimedAt: string): string[] {
  const words = peopleMessages.value;
  const { state, grantedAt, holdUntil, validUntil, settledAt, reference, paying } = grant;
  return [
    // Later than the claim for those who came from the line.
    ...(grantedAt === claimedAt ? [] : [words.grantedAt(exactTime(grantedAt))]),
    ...(state === 'held' && holdUntil !== null ? [words.holdUntil(holdUntil)] : []),
    ...(paying ? [words.paying] : []),
    ...(state === 'usable' && validUntil !== null ? [words.validUntil(validUntil)] : []),
    ...(settledAt === null ? [] : [state === 'used' ? words.usedAt(settledAt) : words.paidAt(settledAt)]),
    ...(reference === null ? [] : [words.reference(reference)]),
  ];
}
