/**
 * Numbers, money and times in texts that are read anywhere and at any time: letters know neither their reader's clock nor the day they are opened. So times have
 * their zone and their year with them.
 */
import type { Language } from '../notification.ts';

interface Place {
  readonly locale: string;
  readonly timeZone: string;
  readonly timeZoneName: string;
}

const PLACES: Readonly<Record<Language, Place>> = {
  ko: { locale: 'ko-KR', timeZone: 'Asia/Seoul', timeZoneName: 'KST' },
  en: { locale: 'en-US', timeZone: 'UTC', timeZoneName: 'UTC' },
};

export interface Format {
  amount(value: number): string;
  /** Of the currency's smallest unit. */
  money(units: number, currency: string): string;
  /** To the minute. */
  time(at: string): string;
  /** To the second: of holds, which may last only a minute. */
  deadline(at: string): string;
}

const formats = new Map<Language, Format>();

/** Kept, because making Intl's formatters costs more than formatting. */
export function formatOf(language: Language): Format {
  const known = formats.get(language);
  if (known) return known;
  const made = makeFormat(PLACES[language]);
  formats.set(language, made);
  return made;
}

function makeFormat({ locale, timeZone, timeZoneName }: Place): Format {
  const number = new Intl.NumberFormat(locale);
  const minutes: Intl.DateTimeFormatOptions = {
    ...{ timeZone, year: 'numeric', month: 'short', day: 'numeric', weekday: 'short' },
    ...{ hour: 'numeric', minute: '2-digit' },
  };
  const toTheMinute = new Intl.DateTimeFormat(locale, minutes);
  const toTheSecond = new Intl.DateTimeFormat(locale, { ...minutes, second: '2-digit' });
  const moneyFormats = new Map<string, Intl.NumberFormat>();

  function moneyFormat(currency: string): Intl.NumberFormat {
    const options: Intl.NumberFormatOptions = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' };
    const format = moneyFormats.get(currency) ?? new Intl.NumberFormat(locale, options);
    moneyFormats.set(currency, format);
    return format;
  }

  /** Some editions of Intl's tables have a narrow no-break space before `PM`, which some mail programs show as a box. */
  function written(format: Intl.DateTimeFormat, at: string): string {
    return `${format.format(new Date(at)).replaceAll('\u202f', ' ')} ${timeZoneName}`;
  }

  return {
    amount: (value) => number.format(value),
    money(units, currency) {
      // As the pages write it (web/src/language/format.ts).
      if (currency === 'KRW' && locale === 'ko-KR') return `${number.format(units)}원`;
      const format = moneyFormat(currency);
      return format.format(units / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },
    time: (at) => written(toTheMinute, at),
    deadline: (at) => written(toTheSecond, at),
  };
}
