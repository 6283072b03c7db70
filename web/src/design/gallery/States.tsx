import { DropCardSkeleton } from '../../drops/DropCard.tsx';
import { messages } from '../../language/language.ts';
import { LoadFailure } from '../../shell/LoadFailure.tsx';
import { Icon } from '../Icon.tsx';
import { Group } from './Specimen.tsx';

/** What stands where something is to come, where there is nothing, and where it did not come. */
export function States() {
  const words = messages.value;
  return (
    <>
      <Group title="Loading">
        <div class="cards" aria-busy="true">
          <DropCardSkeleton />
          <DropCardSkeleton />
        </div>
      </Group>
      <Group title="Empty">
        <div class="empty">
          <Icon name="door" size={36} />
          <h3>{words.drops.emptyTitle}</h3>
          <p class="soft">{words.drops.emptyText}</p>
        </div>
      </Group>
      <Group title="Failed">
        <LoadFailure onRetry={() => {}} />
      </Group>
      <Group title="Reconnecting">
        <p class="connection-note note-sample">
          <span>{words.shell.offline}</span>
        </p>
      </Group>
    </>
  );
}
