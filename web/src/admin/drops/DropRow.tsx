import type { Signal } from '@preact/signals';
import type { Drop } from '../../drops/drop.ts';
import { useDropState } from '../../drops/useDropState.ts';
import { dateTime } from '../../language/format.ts';
import { messages } from '../../language/language.ts';
import { DropLine } from '../DropLine.tsx';
import { dropAdminMessages } from './drop-admin-messages.ts';

/** One drop in the list: where it stands, live, and the ways to its pages. */
export function DropRow({ source }: { source: Signal<Drop> }) {
  const drop = source.value;
  const words = dropAdminMessages.value;
  const { state } = useDropState(drop);
  const path = `/admin/drops/${drop.id}`;
  const links = [
    [words.monitor, path],
    [words.people, `${path}/people`],
    ...(state === 'cancelled' ? [] : [[words.edit, `${path}/edit`]]),
    [words.again, `/admin/drops/new?from=${encodeURIComponent(drop.id)}`],
  ] as [string, string][];
  return (
    <li class="admin-row drop-row">
      <div class="admin-row-text">
        <DropLine drop={drop} state={state} />
        <a class="admin-title" href={path}>
          {drop.title}
        </a>
        <span class="small soft number">{standing(drop, state).join(' · ')}</span>
      </div>
      <div class="drop-row-links">
        {links.map(([name, href]) => (
          <a key={href} href={href} aria-label={`${name}: ${drop.title}`}>
            {name}
          </a>
        ))}
      </div>
    </li>
  );
}

function standing(drop: Drop, state: Drop['state']): string[] {
  const words = dropAdminMessages.value;
  const { closesAt, closedAt } = messages.value.drops;
  if (state === 'scheduled')
    return [words.inAll(drop.stock), ...(drop.closesAt === null ? [] : [closesAt(drop.closesAt)])];
  const line = drop.waiting > 0 ? [words.waiting(drop.waiting)] : [];
  if (state === 'open')
    return [words.remaining(drop.remaining, drop.stock), ...(drop.closesAt === null ? [] : [closesAt(drop.closesAt)])];
  const granted = words.granted(drop.stock - drop.remaining, drop.stock);
  if (state === 'closed' && drop.closesAt !== null) return [granted, closedAt(drop.closesAt)];
  return [granted, ...line, dateTime(drop.opensAt)];
}
