import { listMessages } from './list-messages.ts';

interface PersonButtonProps {
  /** Null when the account is gone. */
  username: string | null;
  onPerson: (username: string) => void;
}

/** A name in a list: pressed, the list shows this person only. */
export function PersonButton({ username, onPerson }: PersonButtonProps) {
  const words = listMessages.value;
  if (username === null) return <span class="small soft">{words.nobody}</span>;
  return (
    <button type="button" class="person-button" title={words.onlyThis} onClick={() => onPerson(username)}>
      {username}
    </button>
  );
}
