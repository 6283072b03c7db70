/** What one transaction tells: entries, or a part of one, that concern so many people and no more. Pure. */
import { type LogEvent, readEvent } from '../ledger/log-event.ts';
import type { Entry, Position } from './store.ts';
import { partOf, peopleOf } from './tidings.ts';

export interface Portion {
  /** In the order of each drop's log. `event` is undefined when it is of a kind that this version does not know. */
  readonly told: readonly { readonly dropId: string; readonly event: LogEvent | undefined }[];
  /** Where the positions are then; those that stay are not among them. */
  readonly moved: readonly Position[];
  /** The drops of which more was read than there was room for. Those that have got nothing first. */
  readonly left: readonly string[];
}

/** `entries`: those that follow each position. */
export function portionOf(positions: readonly Position[], entries: readonly Entry[], peopleMax: number): Portion {
  const byDrop = Map.groupBy(entries, ({ dropId }) => dropId);
  const told: Portion['told'][number][] = [];
  const moved: Position[] = [];
  const [untouched, begun]: [string[], string[]] = [[], []];
  let room = peopleMax;
  for (const position of positions) {
    const { dropId } = position;
    let at = position;
    for (const { number, ...entry } of byDrop.get(dropId) ?? []) {
      if (room === 0) {
        (at === position ? untouched : begun).push(dropId);
        break;
      }
      const event = readEvent(entry);
      const people = event === undefined ? 0 : peopleOf(event);
      const upTo = Math.min(people, at.people + room);
      told.push({ dropId, event: event && partOf(event, at.people, upTo) });
      room -= upTo - at.people;
      at = upTo < people ? { ...at, people: upTo } : { ...at, number, people: 0 };
      if (upTo < people) begun.push(dropId);
    }
    if (at !== position) moved.push(at);
  }
  return { told, moved, left: [...new Set([...untouched, ...begun])] };
}
