/**
 * Numbers, money and dates by Intl. Formatters are costly to make and live stock formats several times a second,
 * so they are kept until the language changes.
 */
let locale = 'en';
let formatters = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

export function setFormatLocale(next: string): void {
  if (next === locale) return;
  locale = next;
  formatters = new Map();
}

function numberFormat(key: string, options?: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formatters.get(key);
  if (known instanceof Intl.NumberFormat) return known;
  const made = new Intl.NumberFormat(locale, options);
  formatters.set(key, made);
  return made;
}

function dateFormat(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const known = formatters.get(key);
  if (known instanceof Intl.DateTimeFormat) return known;
  const made = new Intl.DateTimeFormat(locale, options);
  formatters.set(key, made);
  return made;
}

export function amount(value: number): string {
  return numberFormat('amount').format(value);
}

export function percent(value: number): string {
  return numberFormat('percent', { style: 'percent' }).format(value / 100);
}

/** Digits after the point of a currency: 0 for won, 2 for dollars. The API counts in the smallest unit. */
export function currencyDigits(currency: string): number {
  try {
    return moneyFormat(currency).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function moneyFormat(currency: string): Intl.NumberFormat {
  return numberFormat(`money ${currency}`, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
}

/** `units` counts the currency's smallest unit. Koreans write 5,000원 rather than ₩5,000. */
export function money(units: number, currency: string): string {
  if (currency === 'KRW' && locale === 'ko') return `${amount(units)}원`;
  return moneyFormat(currency).format(units / 10 ** currencyDigits(currency));
}

/** 1 -> "1st"; English only, other languages have their own words. */
export function ordinal(value: number): string {
  const suffixes: Partial<Record<Intl.LDMLPluralRule, string>> = { one: 'st', two: 'nd', few: 'rd' };
  const rule = new Intl.PluralRules('en', { type: 'ordinal' }).select(value);
  return `${amount(value)}${suffixes[rule] ?? 'th'}`;
}

/** "Sat, Nov 21, 7:00 PM"; the year only when it is not this one. */
export function dateTime(at: string): string {
  const date = new Date(at);
  const sameYear = date.getFullYear() === new Date().getFullYear();
  const format = dateFormat(`dateTime ${sameYear}`, {
    ...(sameYear ? {} : { year: 'numeric' }),
    month: 'short',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: '2-digit',
  });
  return unbroken(format.format(date));
}

/** A line does not end between a word and its number: "Nov" and "21" stay together. */
export function unbroken(moment: string): string {
  return moment.replace(/(\p{L}) (?=\d)/gu, '$1\u00a0');
}

export function timeOfDay(at: string): string {
  return dateFormat('time', { hour: 'numeric', minute: '2-digit' }).format(new Date(at));
}

/** With its seconds: how old something is. */
export function secondOfDay(at: number): string {
  return dateFormat('second', { timeStyle: 'medium' }).format(at);
}

export function date(at: string): string {
  return dateFormat('date', { dateStyle: 'long' }).format(new Date(at));
}
