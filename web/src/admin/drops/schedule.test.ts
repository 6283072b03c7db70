import { expect, test } from 'vitest';
import { scheduleOf } from './schedule.ts';

const at = (day: number, hour: number, minute: number, second = 0) =>
  new Date(2026, 10, day, hour, minute, second).toISOString();

test('by day, and what opens in the same minute together', () => {
  const openings = [at(21, 10, 0), at(21, 10, 0, 59), at(21, 10, 1), at(21, 23, 59, 59), at(22, 0, 0)];
  const days = scheduleOf(openings, (opening) => opening);
  expect(days.map(({ openings: minutes }) => minutes.map(({ drops }) => drops.length))).toEqual([[2, 1, 1], [1]]);
});

test('nothing is planned', () => {
  expect(scheduleOf([], String)).toEqual([]);
});
