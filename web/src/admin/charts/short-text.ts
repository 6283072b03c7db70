/** Moments and amounts as short as an axis or a narrow column needs them. */
import { language } from '../../language/language.ts';

const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>();

function remembered<Format extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: () => Format): Format {
  const name = `${language.value} ${key}`;
  const known = formats.get(name) as Format | undefined;
  if (known) return known;
  const made = make();
  formats.set(name, made);
  return made;
}

/** "15:03:22": to the second, as wide as any other. */
export function clockText(epochSeconds: number): string {
  return remembered(
    'clock',
    () =>
      new Intl.DateTimeFormat(language.value, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      }),
  ).format(epochSeconds * 1000);
}

/** "15:03", or with seconds where ticks are closer than a minute. */
export function tickText(epochSeconds: number, stepSeconds: number): string {
  if (stepSeconds < 60) return clockText(epochSeconds);
  return remembered(
    'minute',
    () => new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  ).format(epochSeconds * 1000);
}

/** "Nov 21", for a day as the calendar writes it (2026-11-21). */
export function dayText(day: string): string {
  return remembered(
    'day',
    () => new Intl.DateTimeFormat(language.value, { month: 'short', day: 'numeric', timeZone: 'UTC' }),
  ).format(new Date(`${day}T00:00:00Z`));
}

/** "12K": an axis has little room. */
export function shortAmount(value: number): string {
  return remembered(
    'short',
    () => new Intl.NumberFormat(language.value, { notation: 'compact', maximumFractionDigits: 1 }),
  ).format(value);
}
