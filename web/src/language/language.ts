import { computed, effect, signal } from '@preact/signals';
import { readLocal, writeLocal } from '../storage/storage.ts';
import { english, type Messages } from './english.ts';
import { setFormatLocale } from './format.ts';
import { korean } from './korean.ts';

export type Language = 'en' | 'ko';

const catalogues: Record<Language, Messages> = { en: english, ko: korean };
const storageKey = 'doorbuster.language';

function firstLanguage(): Language {
  const chosen = readLocal(storageKey) ?? navigator.language;
  return chosen.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export const language = signal<Language>(firstLanguage());

/** Every text on the pages; reading `.value` in a component re-renders it when the language changes. */
export const messages = computed<Messages>(() => {
  // The formatters inside the catalogues follow the same language, so they switch first.
  setFormatLocale(language.value);
  return catalogues[language.value];
});

export function chooseLanguage(next: Language): void {
  language.value = next;
  writeLocal(storageKey, next);
}

effect(() => {
  document.documentElement.lang = language.value;
});
