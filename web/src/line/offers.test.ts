import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Grant } from '../grants/grant.ts';
import type { GrantNews } from '../realtime/messages.ts';

const account = signal<{ id: string } | null>(null);
let tell: (message: GrantNews) => void = () => undefined;
vi.mock('../accounts/session.ts', () => ({ account }));
vi.mock('../realtime/connection.ts', () => ({
  connection: { onMessage: (listener: typeof tell) => (tell = listener) },
}));

/** The tab's storage; it outlives the page. */
const stored = new Map<string, string>();

async function openPage() {
  vi.resetModules();
  account.value = null;
  const page = await import('./offers.ts');
  page.startOffers();
  account.value = { id: '1' };
  return page;
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

function news(because: GrantNews['because'], fields: Partial<Grant> = {}): GrantNews {
  const grant: Grant = {
    ...{ id: '7-1', kind: 'product', dropId: '7', title: 'Cup', imageUrl: null, serial: 1, arrival: 9, state: 'held' },
    ...{ grantedAt: inMinutes(-1), code: null, validUntil: null, discount: null, holdUntil: inMinutes(10) },
    ...{ price: null, currency: null, settledAt: null, reference: null, paying: false },
    ...fields,
  };
  return { type: 'grant', cursor: '1', because, grant };
}

beforeEach(() => {
  stored.clear();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

test('a turn in the line is shown, and after a reload still, but not celebrated again', async () => {
  const page = await openPage();
  tell(news('offered'));
  expect(page.offers.value).toMatchObject([{ grant: { id: '7-1' }, isFresh: true }]);
  const reloaded = await openPage();
  expect(reloaded.offers.value).toMatchObject([{ grant: { id: '7-1' } }]);
  expect(reloaded.offers.value[0]?.isFresh).toBeUndefined();
});

test('closed, it stays so', async () => {
  const page = await openPage();
  tell(news('offered'));
  page.closeOffer('7-1');
  expect((await openPage()).offers.value).toEqual([]);
});

test.each<[string, GrantNews[]]>([
  ['told so late that its time has run out', [news('offered', { holdUntil: inMinutes(-1) })]],
  ['used meanwhile, as was told next', [news('offered'), news('used', { state: 'used', settledAt: inMinutes(0) })]],
  ['given back', [news('offered'), news('returned', { state: 'returned' })]],
  ['won by a press', [news('granted')]],
])('%s: nothing to see to', async (_name, told) => {
  const page = await openPage();
  for (const message of told) tell(message);
  expect(page.offers.value).toEqual([]);
});

test('a payment on its way keeps it', async () => {
  const page = await openPage();
  tell(news('offered', { holdUntil: inMinutes(-1), paying: true }));
  expect(page.offers.value).toHaveLength(1);
});

test('somebody else does not see it', async () => {
  const page = await openPage();
  tell(news('offered'));
  account.value = { id: '2' };
  expect(page.offers.value).toEqual([]);
  account.value = { id: '1' };
  expect(page.offers.value).toHaveLength(1);
});
