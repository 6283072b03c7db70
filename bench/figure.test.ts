import { expect, it } from 'vitest';
import { atLeast, below, figureTable, formatValue } from './figure.ts';

it('writes figures with as many digits as they deserve', () => {
  expect(formatValue(41_234.56, '/s')).toBe('41,235/s');
  expect(formatValue(0.7234, '%')).toBe('72 %');
  expect(formatValue(3.256, 'µs')).toBe('3.26 µs');
  expect(formatValue(42.42, 'ms')).toBe('42.4 ms');
});

it('marks what was reached and what was missed', () => {
  const table = figureTable([
    { what: 'wins', value: 50_000, unit: '/s', target: atLeast(40_000, 50_000, '/s') },
    { what: 'memory', value: 901, unit: 'MiB', target: below(900, 901, 'MiB'), remark: 'peak' },
    { what: 'seen', value: 1, unit: '' },
  ]);
  expect(table.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'what | measured | target',
    '------ | -------- | ----------------- | ---- | ----',
    'wins | 50,000/s | at least 40,000/s | pass',
    'memory | 901 MiB | under 900 MiB | MISS | peak',
    'seen | 1',
  ]);
});
