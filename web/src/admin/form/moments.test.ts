import { expect, test } from 'vitest';
import { hoursAfter, movedLocal, nextHour, soon, toLocal, tomorrowAtTen, toUtc } from './moments.ts';

const at = (hour: number, minute: number, second = 0) => new Date(2026, 10, 21, hour, minute, second).getTime();

test.each([
  [at(9, 0), '2026-11-21T10:00'],
  [at(9, 49, 59), '2026-11-21T10:00'],
  [at(9, 50), '2026-11-21T10:00'],
  [at(9, 50, 1), '2026-11-21T11:00'],
  [at(23, 55), '2026-11-22T01:00'],
])('the next full hour leaves ten minutes', (now, expected) => {
  expect(toLocal(nextHour(now))).toBe(expected);
});

test('other moments', () => {
  expect(toLocal(tomorrowAtTen(at(23, 59)))).toBe('2026-11-22T10:00');
  expect(toLocal(soon(at(9, 0)))).toBe('2026-11-21T09:05');
  expect(toLocal(soon(at(9, 0, 1)))).toBe('2026-11-21T09:06');
  expect(toLocal(hoursAfter(new Date(at(23, 0)), 1))).toBe('2026-11-22T00:00');
  expect(toLocal(toUtc('2026-11-21T19:00'))).toBe('2026-11-21T19:00');
});

test('moved by the clock on the wall, over a change of summer time, too', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Berlin';
  try {
    const [from, at] = ['2026-10-20T08:00:00.000Z', '2026-10-21T08:00:00.000Z'];
    expect(movedLocal(at, from, '2026-10-24T10:00')).toBe('2026-10-25T10:00');
    expect(movedLocal('2026-10-20T08:00:03.000Z', from, '2026-10-24T10:00')).toBe('2026-10-24T10:01');
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});
