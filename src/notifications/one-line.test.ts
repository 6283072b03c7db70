import { describe, expect, it } from 'vitest';
import { oneLine, shortened } from './one-line.ts';

describe('one line', () => {
  it.each([
    ['a\r\nBcc: b', 'a Bcc: b'],
    ['a\u2028b\u2029c\u0085d', 'a b c d'],
    ['\0 a \t b ', 'a b'],
    ['pay \u202egnp.exe', 'pay gnp.exe'],
    ['반짝 특가 🫖', '반짝 특가 🫖'],
    ['half \ud83e of one', 'half \ufffd of one'],
  ])('makes %j %j', (given, line) => {
    expect(oneLine(given)).toBe(line);
  });
});

describe('shortened', () => {
  const family = '👨‍👩‍👧‍👦';

  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    [`a${family}`, 1 + family.length, `a${family}`],
    [`a${family}b`, 1 + family.length, 'a…'],
    ['각각각', 2, '각…'],
    ['', 3, ''],
  ])('cuts %j to %d as %j', (given, lengthMax, kept) => {
    expect(shortened(given, lengthMax)).toBe(kept);
  });

  it('counts what an escape adds, and never cuts within one', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;');
    expect(shortened('a&b', 7, escaped)).toBe('a&amp;b');
    expect(shortened('a&b', 6, escaped)).toBe('a…');
    expect(shortened('a&&', 7, escaped)).toBe('a&amp;…');
  });
});
