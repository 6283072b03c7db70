import { listMessages } from './list-messages.ts';

/** Beside a list that does not follow by itself what it shows. */
export function ReloadButton({ onPress }: { onPress: () => void }) {
  return (
    <button type="button" class="button" onClick={onPress}>
      {listMessages.value.reload}
    </button>
  );
}
