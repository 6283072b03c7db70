import { unbroken } from '../../language/format.ts';
import { language } from '../../language/language.ts';

/** "Nov 21, 10:00:00.123 AM": where the order of milliseconds is asked about. */
export function exactTime(at: string): string {
  const moment = new Date(at).toLocaleString(language.value, {
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
  return unbroken(moment);
}
