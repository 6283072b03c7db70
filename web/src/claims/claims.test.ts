/** What is shown of a unit, by the order in which the tab hears of it: celebrated once, where it was pressed. */
import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Grant } from '../grants/grant.ts';
import type { ServerMessage } from '../realtime/messages.ts';

const account = signal<{ id: string } | null>({ id: '1' });
const takesClaims = signal(true);
let tell: (message: ServerMessage) => void = () => undefined;
let sent: { requestId: string }[] = [];
vi.mock('../accounts/session.ts', () => ({ account, accessToken: signal('t'), requestAsMember: vi.fn() }));
vi.mock('../drops/drop-store.ts', () => ({ tellOutcome: () => undefined }));
vi.mock('../realtime/connection.ts', () => ({
  connection: {
    takesClaims,
    isHeard: takesClaims,
    connect: () => undefined,
    onMessage: (listener: typeof tell) => (tell = listener),
    send: (message: { requestId: string }) => sent.push(message) > 0,
  },
}));

async function openPage() {
  vi.resetModules();
  const { press, startClaims } = await import('./claims.ts');
  const { answers, claimView } = await import('./claim-views.ts');
  startClaims();
  return { press, answers, view: claimView('7') };
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

function news(because: 'granted' | 'offered' | 'returned', fields: Partial<Grant> = {}): ServerMessage {
  const grant: Grant = {
    ...{ id: '7-1', kind: 'product', dropId: '7', title: 'Cup', imageUrl: null, serial: 1, arrival: 9, state: 'held' },
    ...{ grantedAt: inMinutes(-1), code: null, validUntil: null, discount: null, holdUntil: inMinutes(10) },
    ...{ price: null, currency: null, settledAt: null, reference: null, paying: false },
    ...fields,
  };
  return { type: 'grant', cursor: '1', because, grant };
}

const outcome = (): ServerMessage => ({
  ...{ type: 'outcome', requestId: sent[0]?.requestId ?? '', dropId: '7', outcome: 'granted' },
  ...{ grantId: '7-1', serial: 1, arrival: 9, holdUntil: inMinutes(10) },
});

beforeEach(() => {
  sent = [];
  const stored = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});

test.each([
  ['first the outcome, then the grant', [outcome, () => news('granted')]],
  ['first the grant, then the outcome', [() => news('granted'), outcome]],
  ['the grant twice', [() => news('granted'), outcome, () => news('granted')]],
])('pressed here: %s', async (_name, told) => {
  const { press, answers, view } = await openPage();
  press('7');
  for (const message of told) tell(message());
  expect(answers.value).toHaveLength(1);
  // The same request in the end as in the beginning: the board shows one ticket, which celebrates once.
  expect(view.value).toMatchObject({
    is: 'answered',
    answer: { grantId: '7-1', isFresh: true, requestId: sent[0]?.requestId },
  });
});

test('pressed in another tab: in hand here too, without a celebration', async () => {
  const { answers, view } = await openPage();
  tell(news('granted'));
  expect(answers.value).toHaveLength(1);
  expect(view.value).toMatchObject({ is: 'answered', answer: { grantId: '7-1' } });
  expect(answers.value[0]?.isFresh).toBeUndefined();
  tell(news('returned', { state: 'returned' }));
  expect(view.value).toEqual({ is: 'unpressed' });
});

test('a turn in the line is celebrated, unless it is told after its end', async () => {
  const { view } = await openPage();
  tell(news('offered', { holdUntil: inMinutes(-1) }));
  expect(view.value).toEqual({ is: 'unpressed' });
  tell(news('offered'));
  expect(view.value).toMatchObject({ is: 'answered', answer: { isFresh: true } });
});
