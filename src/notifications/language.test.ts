import { expect, it } from 'vitest';
import { languageOf } from './language.ts';

it.each([
  [undefined, 'ko'],
  ['', 'ko'],
  ['en', 'en'],
  ['en-US,en;q=0.9,ko;q=0.8', 'en'],
  ['ko-KR, en;q=0.5', 'ko'],
  ['fr-FR, de;q=0.9', 'ko'],
  ['fr, en;q=0.3', 'en'],
  ['ko;q=0.2, EN-gb;q=0.7', 'en'],
  ['en;q=0, ko;q=0.1', 'ko'],
  ['*', 'ko'],
  ['en;q=nonsense', 'ko'],
])('Accept-Language: %s asks for %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});
