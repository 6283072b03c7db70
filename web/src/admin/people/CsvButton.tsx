import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { collect, csvOf } from './csv.ts';
import { loadPeople, type PeopleFilter } from './people.ts';
import { peopleMessages } from './people-messages.ts';

/** What fits into the memory of a phone, and through the limits of one's calls. */
const rowsMax = 20_000;
const pageSize = 100;

interface CsvButtonProps {
  dropId: string;
  title: string;
  filter: PeopleFilter;
}

/** Saves what is filtered as a table, all pages of it, and tells how many rows there are so far. */
export function CsvButton({ dropId, title, filter }: CsvButtonProps) {
  const words = peopleMessages.value.csv;
  /** Null while nothing is on its way. */
  const rows = useSignal<number | null>(null);
  const said = useSignal('');
  const current = useRef<AbortController | null>(null);
  const stop = () => {
    current.current?.abort();
    rows.value = null;
  };
  useEffect(() => stop, [dropId, filter]);

  async function save(): Promise<void> {
    const mine = new AbortController();
    current.current = mine;
    rows.value = 0;
    said.value = '';
    try {
      const { items, isCut } = await collect((cursor) => loadPeople(dropId, filter, cursor, pageSize), {
        signal: mine.signal,
        rowsMax,
        onRows: (count) => {
          rows.value = count;
        },
      });
      saveFile(`${title}.csv`, csvOf(items));
      said.value = isCut ? words.cut(items.length) : words.done(items.length);
    } catch {
      if (mine.signal.aborted) return;
      said.value = words.failed;
    }
    rows.value = null;
  }

  return (
    <div class="csv">
      {rows.value === null ? (
        <button type="button" class="button" onClick={() => void save()}>
          {words.save}
        </button>
      ) : (
        <button type="button" class="button" onClick={stop}>
          <span class="number">{words.busy(rows.value)}</span> {words.stop}
        </button>
      )}
      <span class="small soft" role="status">
        {said.value}
      </span>
    </div>
  );
}

function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|]/g, ' ');
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
