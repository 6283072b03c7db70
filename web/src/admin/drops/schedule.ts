/** What opens when: by day, and within it by minute, so that what opens together stands together. All in this time zone. */
interface Opening<Item> {
  /** The minute, as of its first. */
  at: string;
  drops: Item[];
}

interface Day<Item> {
  /** Some moment of this day. */
  at: string;
  openings: Opening<Item>[];
}

/** `drops`: in the order of their openings. */
export function scheduleOf<Item>(drops: readonly Item[], opensAtOf: (drop: Item) => string): Day<Item>[] {
  const days: Day<Item>[] = [];
  for (const drop of drops) {
    const at = opensAtOf(drop);
    const last = days.at(-1);
    const day = last && dayOf(last.at) === dayOf(at) ? last : { at, openings: [] };
    if (day !== last) days.push(day);
    const opening = day.openings.at(-1);
    if (opening && minuteOf(opening.at) === minuteOf(at)) opening.drops.push(drop);
    else day.openings.push({ at, drops: [drop] });
  }
  return days;
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}

function minuteOf(at: string): number {
  return Math.floor(Date.parse(at) / 60_000);
}
