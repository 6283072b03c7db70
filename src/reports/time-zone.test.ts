import { describe, expect, it } from 'vitest';
import { knownTimeZone } from './time-zone.ts';

describe('a time zone', () => {
  it.each([
    ['Asia/Seoul', 'Asia/Seoul'],
    ['asia/seoul', 'Asia/Seoul'],
    ['America/St_Johns', 'America/St_Johns'],
    ['UTC', 'UTC'],
  ])('%s is known', (name, known) => {
    expect(knownTimeZone(name)).toBe(known);
  });

  it.each(['', 'Nowhere/Land', '+09:00', '-3', ' UTC', "UTC'; drop table drops", 'Asia/Seoul\0'])(
    '%j is none',
    (name) => {
      expect(knownTimeZone(name)).toBeUndefined();
    },
  );
});
