import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';

const account = signal<{ id: string } | null>(null);
const language = signal('en');
const requestAsMember = vi.fn<(path: string, options: { body: { language: string } }) => Promise<unknown>>();
vi.mock('../accounts/session.ts', () => ({ account, requestAsMember }));
vi.mock('../language/language.ts', () => ({ language }));
const { tellLanguage } = await import('./tell-language.ts');

const told = () => requestAsMember.mock.calls.map(([, { body }]) => body.language);

beforeEach(() => {
  account.value = { id: '1' };
  requestAsMember.mockReset().mockResolvedValue(undefined);
});

async function choose(next: string): Promise<void> {
  language.value = next;
  await tellLanguage();
}

test('each choice is told once', async () => {
  await choose('ko');
  await choose('en');
  expect(told()).toEqual(['ko', 'en']);
});

test('the last of quick choices is told last, and no answer is no matter', async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  requestAsMember.mockReturnValueOnce(promise);
  const first = choose('ko');
  await Promise.all([choose('en'), choose('ko'), choose('en')]);
  expect(told()).toEqual(['ko']);
  reject(new Error('no network'));
  await first;
  expect(told()).toEqual(['ko', 'en']);
});

test('a guest has nobody to tell', async () => {
  account.value = null;
  await choose('ko');
  expect(told()).toEqual([]);
});
