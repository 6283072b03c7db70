import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { readLocal, writeLocal } from '../storage/storage.ts';
import { english, type Messages } from './english.ts';
import { setFormatLocale } from './format.ts';
import { korean } from './korean.ts';

export type Language = 'en' | 'ko';

const storageKey = 'doorbuster.language';

function firstLanguage(): Language {
  const chosen = readLocal(storageKey) ?? navigator.language;
  return chosen.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export const language = signal<Language>(firstLanguage());

/** One text catalogue per language; reading `.value` in a component re-renders it when the language changes. */
export function textsOf<Texts>(texts: Record<Language, Texts>): ReadonlySignal<Texts> {
  return computed(() => {
    // The formatters inside the catalogues follow the same language, so they switch first.
    setFormatLocale(language.value);
    return texts[language.value];
  });
}

/** The texts of the shell and of the hardest minute. Other pages bring their own: they travel with those pages only. */
export const messages = textsOf<Messages>({ en: english, ko: korean });

export function chooseLanguage(next: Language): void {
  language.value = next;
  writeLocal(storageKey, next);
}

effect(() => {
  document.documentElement.lang = language.value;
});
