import { signal } from '@preact/signals';
import { readLocal, writeLocal } from '../storage/storage.ts';

export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'doorbuster.theme';
const stored = readLocal(storageKey);

/** `public/theme.js` has applied the stored theme before the first paint. */
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

const following: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

export function nextTheme(): void {
  chooseTheme(following[theme.value]);
}

export function chooseTheme(next: Theme): void {
  theme.value = next;
  if (theme.value === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme.value;
  writeLocal(storageKey, theme.value === 'system' ? null : theme.value);
}
