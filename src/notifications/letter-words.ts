/** What letters say besides their title and text. */
import type { Language } from './notification.ts';

interface LetterWords {
  /** On the link. */
  readonly follow: string;
  readonly automatic: (sender: string) => string;
}

export const LETTER_WORDS: Readonly<Record<Language, LetterWords>> = {
  ko: { follow: '바로 가기', automatic: (sender) => `${sender}에서 자동으로 보내 드린 메일이에요.` },
  en: { follow: 'Open', automatic: (sender) => `Sent automatically by ${sender}.` },
};

/** Escaped as an address is, so that it ends where its surroundings think. Undefined: none, or none to follow. */
export function linkOf(link: string | null): string | undefined {
  const url = link === null ? null : URL.parse(link);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.href.replaceAll(/[|'()<>*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
