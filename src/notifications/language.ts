/** Which of our languages a request asks for. */
import { LANGUAGES, type Language } from './notification.ts';
import { LANGUAGE_DEFAULT } from './preferences.ts';

/** By `Accept-Language` (RFC 9110, 12.5.4): the one of ours with the highest weight, the first of those with the same. Without one of ours, the default. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const asked = (acceptLanguage ?? '')
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { language: tag.split('-')[0], weight: Number(weight) };
    })
    .filter((each): each is { language: Language; weight: number } =>
      Boolean(each.weight > 0 && LANGUAGES.includes(each.language as Language)),
    );
  return asked.toSorted((one, other) => other.weight - one.weight)[0]?.language ?? LANGUAGE_DEFAULT;
}
