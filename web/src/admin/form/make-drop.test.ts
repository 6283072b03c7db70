import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RequestOptions } from '../../http/request.ts';

const requestAsMember = vi.hoisted(() => vi.fn<(path: string, options: RequestOptions) => Promise<unknown>>());
vi.mock('../../accounts/session.ts', () => ({ account: { value: { id: '1' } }, requestAsMember }));
vi.mock('../../realtime/reconnected.ts', () => ({ onReconnected: () => () => undefined }));

const { Problem, Unreachable } = await import('../../http/problem.ts');
const { emptyDraft } = await import('./draft.ts');
const { dropMaker } = await import('./make-drop.ts');

const stored = new Map<string, string>();
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  stored.clear();
  requestAsMember.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const draft = { ...emptyDraft(), title: 'A cup' };
const calls = () => requestAsMember.mock.calls.map(([path, { method, body }]) => ({ path, method, body }));
const keys = () => requestAsMember.mock.calls.flatMap(([, { headers }]) => headers?.['idempotency-key'] ?? []);

test('a lost answer: asked again with the same key, and told', async () => {
  const onRepeat = vi.fn();
  requestAsMember.mockRejectedValueOnce(new Unreachable()).mockResolvedValueOnce({ id: '7' });
  const made = dropMaker(onRepeat)(draft);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await made).toEqual({ id: '7' });
  expect(keys()).toHaveLength(2);
  expect(new Set(keys()).size).toBe(1);
  expect(onRepeat).toHaveBeenCalledTimes(1);
});

test('given up, changed, and pressed again: still the same drop, with what was changed', async () => {
  const make = dropMaker(() => undefined);
  requestAsMember.mockRejectedValue(new Unreachable());
  const given = make({ ...draft, opens: 'now' }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(await given).toBeInstanceOf(Unreachable);
  const first = calls()[0];
  requestAsMember.mockClear();
  requestAsMember.mockResolvedValueOnce({ id: '7' }).mockResolvedValueOnce({ id: '7', stock: 50 });
  expect(await make({ ...draft, opens: 'now', stock: '50' })).toEqual({ id: '7', stock: 50 });
  expect(calls()[0]).toEqual(first);
  expect(calls()[1]).toEqual({ path: '/v1/drops/7', method: 'PATCH', body: { stock: 50 } });
});

test('a change that is refused after the drop was made makes no second one', async () => {
  const make = dropMaker(() => undefined);
  requestAsMember.mockRejectedValueOnce(new Problem(503, { code: 'shutting_down' }, 60));
  const given = make(draft).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(0);
  requestAsMember.mockReset().mockRejectedValue(new Unreachable());
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  expect(await given).toBeInstanceOf(Unreachable);
  requestAsMember.mockReset().mockResolvedValueOnce({ id: '7' });
  requestAsMember.mockRejectedValueOnce(new Problem(409, { code: 'drop_started' }, null));
  await expect(make({ ...draft, percent: '20' })).rejects.toMatchObject({ code: 'drop_started' });
  requestAsMember.mockReset().mockResolvedValueOnce({ id: '7', stock: 5 });
  expect(await make({ ...draft, stock: '5' })).toEqual({ id: '7', stock: 5 });
  expect(calls()).toMatchObject([{ path: '/v1/drops/7', method: 'PATCH', body: { stock: 5 } }]);
});

test('refused: what is sent next is another request, as it is then; another form is another drop', async () => {
  const make = dropMaker(() => undefined);
  requestAsMember.mockRejectedValueOnce(new Problem(400, { code: 'invalid_request' }, null));
  await expect(make(draft)).rejects.toMatchObject({ code: 'invalid_request' });
  requestAsMember.mockResolvedValue({ id: '7' });
  await make({ ...draft, title: 'A mug' });
  expect(calls()[1]).toMatchObject({ path: '/v1/drops', body: { title: 'A mug' } });
  await dropMaker(() => undefined)(draft);
  expect(new Set(keys()).size).toBe(3);
});
