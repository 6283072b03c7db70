/** A list of people as a table that spreadsheets read. */
import { Problem, Unreachable } from '../../http/problem.ts';
import type { Page } from '../../http/request.ts';
import { backoffMilliseconds } from '../../realtime/live-client.ts';
import type { PersonInDrop } from './people.ts';

type Cell = string | number | null | undefined;

const columns: ReadonlyArray<readonly [name: string, value: (person: PersonInDrop) => Cell]> = [
  ['arrival', ({ arrival }) => arrival],
  ['claimed_at', ({ claimedAt }) => claimedAt],
  ['outcome', ({ outcome }) => outcome],
  ['username', ({ person }) => person.username],
  ['person_id', ({ person }) => person.id],
  ['line', ({ line }) => line?.state],
  ['position', ({ line }) => line?.position],
  ['serial', ({ grant }) => grant?.serial],
  ['state', ({ grant }) => grant?.state],
  ['granted_at', ({ grant }) => grant?.grantedAt],
  ['hold_until', ({ grant }) => grant?.holdUntil],
  ['valid_until', ({ grant }) => grant?.validUntil],
  ['settled_at', ({ grant }) => grant?.settledAt],
  ['reference', ({ grant }) => grant?.reference],
  ['payment_state', ({ grant }) => grant?.payment?.state],
  ['payment_amount', ({ grant }) => grant?.payment?.amount],
  ['payment_currency', ({ grant }) => grant?.payment?.currency],
];

/** RFC 4180, after a mark by which spreadsheets know that it is UTF-8. */
export function csvOf(people: readonly PersonInDrop[]): string {
  const head = columns.map(([name]) => name);
  const rows = people.map((person) => columns.map(([, value]) => cell(value(person))));
  return `\uFEFF${[head, ...rows].map((row) => `${row.join(',')}\r\n`).join('')}`;
}

/** A text that begins as a formula would be run by the spreadsheet of whoever opens the file; a reference is anybody's text. */
function cell(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface Collecting {
  signal: AbortSignal;
  rowsMax: number;
  onRows: (rows: number) => void;
}

/** All pages of a list, up to a number of rows; `isCut` when there were more. Throws what a page throws again and again. */
export async function collect<Item>(
  load: (cursor: string | null) => Promise<Page<Item>>,
  { signal, rowsMax, onRows }: Collecting,
): Promise<{ items: Item[]; isCut: boolean }> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await patiently(() => load(cursor), signal);
    signal.throwIfAborted();
    items.push(...page.items);
    onRows(items.length);
    cursor = page.next;
  } while (cursor !== null && items.length < rowsMax);
  return { items: items.slice(0, rowsMax), isCut: cursor !== null || items.length > rowsMax };
}

const attemptsMax = 6;

/** One cut answer among hundreds, or being asked to slow down, is no reason to begin anew. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      const isPassing =
        error instanceof Unreachable || (error instanceof Problem && (error.status === 429 || error.status >= 500));
      if (!isPassing || attempt + 1 >= attemptsMax) throw error;
      const askedMs = error instanceof Problem ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
      await new Promise((resolve) => setTimeout(resolve, backoffMilliseconds(attempt, askedMs)));
      signal.throwIfAborted();
    }
  }
}
