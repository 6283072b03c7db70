import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { readLocal, writeLocal } from '../storage/storage.ts';
import type { Messages } from './english.ts';
import { setFormatLocale } from './format.ts';

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

/**
 * The texts of the shell and of the hardest minute are a file for each language, of which a visit loads one. The page's head asks for it
 * beside the entry (web/catalogues.ts), and nothing is shown before it is here. Other pages bring their own texts, in both languages.
 */
const catalogues: Partial<Record<Language, Messages>> = {};
const catalogueFiles: Record<Language, () => Promise<Messages>> = {
  en: () => import('./english.ts').then(({ english }) => english),
  ko: () => import('./korean.ts').then(({ korean }) => korean),
};

export const messages = computed<Messages>(() => {
  setFormatLocale(language.value);
  const texts = catalogues[language.value];
  if (!texts) throw new Error(`the texts in ${language.value} are not loaded`);
  return texts;
});

async function loadTexts(wanted: Language): Promise<void> {
  catalogues[wanted] ??= await catalogueFiles[wanted]();
}

/** Resolves when there is something to show words in. On a connection that breaks it goes on trying. */
export async function startLanguage(): Promise<void> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 8_000)) {
    try {
      return await loadTexts(language.value);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

let chosen: Language = language.value;

/** The page turns when the texts are here; without a connection it stays as it is. Of quick choices the last one counts. */
export async function chooseLanguage(next: Language): Promise<void> {
  chosen = next;
  try {
    await loadTexts(next);
  } catch {
    chosen = language.value;
    return;
  }
  if (chosen !== next) return;
  language.value = next;
  writeLocal(storageKey, next);
}

effect(() => {
  document.documentElement.lang = language.value;
});
