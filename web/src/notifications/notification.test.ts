import { expect, test, vi } from 'vitest';

vi.mock('../accounts/session.ts', () => ({ requestAsMember: vi.fn() }));
vi.mock('../language/language.ts', () => ({ language: { value: 'en' } }));
const { isAsBegun, toggled } = await import('./notification.ts');

test('channels in another order are the same choice', () => {
  const type = { type: 'granted', defaults: ['in_app', 'email'] as const, fixed: false };
  expect(isAsBegun({ ...type, defaults: [...type.defaults], channels: ['email', 'in_app'] })).toBe(true);
  expect(isAsBegun({ ...type, defaults: [...type.defaults], channels: ['email'] })).toBe(false);
  expect(isAsBegun({ ...type, defaults: [...type.defaults], channels: ['email', 'slack'] })).toBe(false);
});

test('what is there goes, what is not comes', () => {
  expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggled(['b'], 'a')).toEqual(['b', 'a']);
});
