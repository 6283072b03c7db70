/** Times that somebody who makes a drop is likely to mean, in this time zone. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The next full hour that leaves ten minutes to look at the drop before it opens. */
export function nextHour(now: number): Date {
  const at = new Date(now + 10 * minuteMs);
  if (at.getMinutes() !== 0 || at.getSeconds() !== 0 || at.getMilliseconds() !== 0)
    at.setHours(at.getHours() + 1, 0, 0, 0);
  return at;
}

export function tomorrowAtTen(now: number): Date {
  const at = new Date(now);
  at.setDate(at.getDate() + 1);
  at.setHours(10, 0, 0, 0);
  return at;
}

/** In at least five minutes, at a whole one. */
export function soon(now: number): Date {
  return new Date(Math.ceil((now + 5 * minuteMs) / minuteMs) * minuteMs);
}

export function hoursAfter(opening: Date, hours: number): Date {
  return new Date(opening.getTime() + hours * hourMs);
}

/** "2026-11-21T19:00" in this time zone, as date inputs want it. */
export function toLocal(at: Date | string): string {
  return new Date(clockMs(at)).toISOString().slice(0, 16);
}

/**
 * As far from `to` (as date inputs have it) as `at` is from `from`, by the clock on the wall: what ended at ten the next day does so over a change of summer
 * time, too. Inputs know no seconds: what ended within the minute it began in ends after it.
 */
export function movedLocal(at: string, from: string, to: string): string {
  const moved = clockMs(to) + clockMs(at) - clockMs(from);
  return new Date(Math.ceil(moved / minuteMs) * minuteMs).toISOString().slice(0, 16);
}

/** What the clock on the wall shows, counted as if it were UTC. */
function clockMs(at: Date | string): number {
  const date = new Date(at);
  return date.getTime() - date.getTimezoneOffset() * minuteMs;
}

export function toUtc(local: string): string {
  return new Date(local).toISOString();
}
