import type { ComponentChildren } from 'preact';
import { amount, dateTime } from '../language/format.ts';
import type { Grant } from './grant.ts';
import { grantMessages } from './grant-messages.ts';

/** Where and when a unit came from; its page adds what it knows beyond that. */
export function GrantFacts({ grant, children }: { grant: Grant; children?: ComponentChildren }) {
  const words = grantMessages.value;
  return (
    <section class="grant-facts">
      <dl class="facts">
        {children}
        <div>
          <dt>{words.received}</dt>
          <dd class="number">{dateTime(grant.grantedAt)}</dd>
        </div>
        <div>
          <dt>{words.number}</dt>
          <dd class="number">{amount(grant.serial)}</dd>
        </div>
        <div>
          <dt>{words.arrival}</dt>
          <dd class="number">{amount(grant.arrival)}</dd>
        </div>
      </dl>
      <a class="button" href={`/drops/${grant.dropId}`}>
        {words.toDrop}
      </a>
    </section>
  );
}
