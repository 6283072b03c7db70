/** What an open page is told of a drop, and what it asks for because of that. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ServerMessage } from '../realtime/messages.ts';
import type { Drop } from './drop.ts';

const request = vi.hoisted(() => vi.fn<(path: string) => Promise<unknown>>());
let tellsOf = true;
let tell: (message: ServerMessage) => void = () => undefined;
vi.mock('../http/request.ts', () => ({ request }));
vi.mock('../realtime/connection.ts', () => ({
  connection: { onMessage: (listener: typeof tell) => (tell = listener), tellsOf: () => tellsOf },
}));

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
function drop(fields: Partial<Drop> = {}): Drop {
  return {
    ...{ id: '7', kind: 'product', title: 'Cup', description: '', imageUrl: null, state: 'scheduled', stock: 5 },
    ...{ opensAt: inMinutes(10), closesAt: null, remaining: 5, lastGrantedArrival: null, perUserLimit: 1 },
    ...{ waitingLine: false, waiting: 0, createdAt: inMinutes(-1), price: 10_000, currency: 'KRW', holdMinutes: 5 },
    ...{ version: 'a' },
    ...fields,
  } as Drop;
}
function live(version: string, fields: Partial<Drop> = {}): ServerMessage {
  const { state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt } = drop(fields);
  const counts = { state, remaining, stock, waitingLine, waiting, lastGrantedArrival, opensAt, closesAt };
  return { type: 'drop', dropId: '7', ...counts, version, serverTime: inMinutes(0) };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  request.mockReset();
  tellsOf = true;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open() {
  vi.resetModules();
  const { rememberDrop, startDrops } = await import('./drop-store.ts');
  startDrops();
  return rememberDrop(drop());
}
const answers = (...versions: string[]) => {
  for (const version of versions)
    request.mockResolvedValueOnce({ ...drop({ version, price: 20_000 } as Partial<Drop>), serverTime: inMinutes(0) });
};

test('the same terms are asked for by nobody', async () => {
  const shown = await open();
  tell(live('a', { remaining: 4 }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(request).not.toHaveBeenCalled();
  expect(shown.value.remaining).toBe(4);
});

test('other terms are asked for once, within seconds', async () => {
  const shown = await open();
  answers('b');
  tell(live('b'));
  tell(live('b', { remaining: 3 }));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(request.mock.calls).toEqual([['/v1/drops/7']]);
  expect(shown.value).toMatchObject({ price: 20_000, version: 'b' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(request).toHaveBeenCalledTimes(1);
});

test('changed just before the opening, they are here when it opens', async () => {
  const shown = await open();
  answers('b');
  tell(live('b', { opensAt: new Date(Date.now() + 1_000).toISOString() }));
  await vi.advanceTimersByTimeAsync(510);
  expect(shown.value).toMatchObject({ price: 20_000 });
});

test('no answer, or one from where the change is not known yet: asked again', async () => {
  const shown = await open();
  request.mockRejectedValueOnce(new Error('no answer'));
  answers('a', 'b');
  tell(live('b'));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(request).toHaveBeenCalledTimes(3);
  expect(shown.value.version).toBe('b');
});

test('deleted while somebody looks: it does not take place', async () => {
  const shown = await open();
  tell({ type: 'error', code: 'drop_not_found', dropId: '7' });
  expect(shown.value.state).toBe('cancelled');
  tell({ type: 'error', code: 'drop_not_found', dropId: '8' });
});

test('changed terms come without the counts of their answer: the connection tells them, and has told them last', async () => {
  const shown = await open();
  answers('b');
  tell(live('b', { remaining: 3 }));
  await vi.advanceTimersByTimeAsync(3_000);
  expect(shown.value).toMatchObject({ price: 20_000, version: 'b', remaining: 3 });
});

test('sold out meanwhile: an answer from before does not put it on sale again', async () => {
  const shown = await open();
  const { learnDrop } = await import('./drop-store.ts');
  tell(live('a', { state: 'sold_out', remaining: 0, lastGrantedArrival: 5 }));
  learnDrop(drop({ state: 'open', remaining: 1, lastGrantedArrival: 4 }));
  expect(shown.value).toMatchObject({ state: 'sold_out', remaining: 0, lastGrantedArrival: 5 });
});

test('a gateway that does not know of the change yet takes nothing back, one that knows more is believed', async () => {
  const shown = await open();
  const { learnDrop } = await import('./drop-store.ts');
  answers('b');
  tell(live('b'));
  await vi.advanceTimersByTimeAsync(3_000);
  learnDrop(drop());
  expect(shown.value).toMatchObject({ price: 20_000, version: 'b' });
  tell(live('c'));
  learnDrop(drop({ price: 30_000, version: 'c' } as Partial<Drop>));
  expect(shown.value).toMatchObject({ price: 30_000, version: 'c' });
});

test('where the connection does not tell of it, the answer does', async () => {
  const shown = await open();
  const { learnDrop } = await import('./drop-store.ts');
  tell(live('a', { remaining: 3 }));
  tellsOf = false;
  learnDrop(drop({ remaining: 2 }));
  expect(shown.value.remaining).toBe(2);
});

test('a change of ours is there at once', async () => {
  const shown = await open();
  const { rememberDrop } = await import('./drop-store.ts');
  tell(live('a', { remaining: 3 }));
  rememberDrop(drop({ state: 'cancelled', version: 'b' }));
  expect(shown.value.state).toBe('cancelled');
});
