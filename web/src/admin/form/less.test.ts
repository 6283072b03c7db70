import { expect, test, vi } from 'vitest';
import type { Drop, DropState } from '../../drops/drop.ts';
import { type Draft, draftOf } from './draft.ts';
import { lessOf } from './less.ts';

vi.stubGlobal('navigator', { language: 'en' });

const drop: Drop = {
  ...{ id: '7', kind: 'coupon', title: 'A drop', description: '', imageUrl: null, state: 'open' },
  ...{ opensAt: '2026-11-21T10:00:00.000Z', closesAt: '2026-11-21T12:00:00.000Z', stock: 100, remaining: 30 },
  ...{ lastGrantedArrival: 70, perUserLimit: 3, waitingLine: true, waiting: 0, createdAt: '' },
  ...{ discount: { percent: 10 }, validUntil: null, validForDays: 30 },
};
const first = draftOf(drop);
const less = (changes: Partial<Draft>, state: DropState = 'open', terms: Partial<typeof drop> = {}) =>
  lessOf({ ...drop, ...terms } as Drop, state, first, { ...first, ...changes });

test('nobody loses anything', () => {
  expect(less({ title: 'Another' })).toBeNull();
  expect(less({ stock: '120', closesAt: '2026-12-24T12:00' })).toBeNull();
  expect(less({ waitingLine: false })).toBeNull();
  expect(less({ stock: '20', closesAt: '2026-11-21T10:30' }, 'scheduled')).toBeNull();
  expect(less({ stock: '20' }, 'closed')).toBeNull();
});

test('fewer units: how many are left then', () => {
  expect(less({ stock: '90' })?.stock).toEqual({ before: 100, after: 90, left: 20 });
  expect(less({ stock: '70' })?.stock).toEqual({ before: 100, after: 70, left: 0 });
});

test('an earlier end, also of a drop that had none', () => {
  const earlier = new Date(Date.parse(drop.closesAt ?? '') - 3_600_000).toISOString();
  const typed = draftOf({ ...drop, closesAt: earlier } as Drop).closesAt;
  expect(less({ closesAt: typed })?.earlier).toEqual({ before: drop.closesAt, after: earlier });
  expect(less({ closesAt: typed }, 'sold_out', { closesAt: null })?.earlier).toEqual({ before: null, after: earlier });
});

test('a line that goes while people wait', () => {
  expect(less({ waitingLine: false }, 'sold_out', { waiting: 12 })?.noLine).toBe(12);
});
