import { CopyButton } from '../../design/CopyButton.tsx';
import type { Drop } from '../../drops/drop.ts';
import { adminMessages } from '../admin-messages.ts';
import { monitorMessages } from './monitor-messages.ts';

/** Between creating a drop and its opening: all that is left to do, and what will happen by itself. */
export function NextSteps({ drop }: { drop: Drop }) {
  const words = monitorMessages.value.next;
  const link = `${location.origin}/drops/${drop.id}`;
  return (
    <section class="panel admin-panel">
      <h2>{words.title}</h2>
      <ol class="next-steps">
        <li>
          <h3>{words.share}</h3>
          <p class="soft">{words.shareText}</p>
          <p class="next-link">
            <a href={`/drops/${drop.id}`}>{link}</a>
            <CopyButton text={link} label={adminMessages.value.drop.copyLink} />
          </p>
        </li>
        <li>
          <h3>{words.opens}</h3>
          <p class="soft">{words.opensText(drop.opensAt, drop.stock)}</p>
        </li>
        <li>
          <h3>{words.watch}</h3>
          <p class="soft">
            {words.watchText} <a href={`/admin/drops/${drop.id}/people`}>{words.people}</a>
            {drop.kind === 'product' && (
              <>
                {words.and} <a href={`/admin/payments?dropId=${drop.id}`}>{words.payments}</a>
              </>
            )}
            {words.end}
          </p>
        </li>
      </ol>
    </section>
  );
}
