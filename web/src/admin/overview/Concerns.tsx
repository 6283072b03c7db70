import { Icon } from '../../design/Icon.tsx';
import { serverNow } from '../../realtime/clock.ts';
import { healthOf } from '../fleet/fleet.ts';
import { type Concern, concernsOf, type Dashboard } from './dashboard.ts';
import { overviewMessages } from './overview-messages.ts';

/** Where to look; what needs none is not mentioned. */
const places: Partial<Record<Concern['about'], string>> = {
  processes: '#servers',
  deliveriesFailed: '/admin/deliveries?state=failed',
  refunding: '/admin/payments?state=refunding',
};

export function Concerns({ dashboard }: { dashboard: Dashboard | null }) {
  const words = overviewMessages.value.concerns;
  return (
    <section class="panel admin-panel" aria-busy={dashboard === null}>
      <h2>{words.title}</h2>
      {dashboard === null ? (
        <div class="skeleton concern-skeleton" />
      ) : (
        <ul class="concerns">
          {concernsOf(dashboard, ailingIn(dashboard)).map((concern) => (
            <li key={concern.about} data-about={concern.about}>
              <Icon name={concern.about === 'nothing' ? 'check' : 'bell'} size={18} />
              <ConcernText concern={concern} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ConcernText({ concern }: { concern: Concern }) {
  const words = overviewMessages.value.concerns;
  const text = concern.about === 'nothing' ? words.nothing : words[concern.about](concern.count);
  const place = places[concern.about];
  return place === undefined ? <span>{text}</span> : <a href={place}>{text}</a>;
}

function ailingIn({ fleet }: Dashboard): number {
  return fleet.processes.filter((process) => healthOf(process, serverNow()) !== 'well').length;
}
