/** What is shown of a unit, by the order in which the tab hears of it: celebrated once, where it was pressed. */
import { batch, signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Grant } from '../grants/grant.ts';
import type { ServerMessage } from '../realtime/messages.ts';

const requestAsMember = vi.hoisted(() => vi.fn<() => Promise<unknown>>());
const tellOutcome = vi.hoisted(() => vi.fn<(answer: { outcome: string }) => void>());
let account = signal<{ id: string } | null>({ id: '1' });
let takesClaims = signal(true);
let tell: (message: ServerMessage) => void = () => undefined;
let sent: { requestId: string }[] = [];
let sessionState = signal('member');
let endedByServer = signal(false);
let isUncertain = signal(false);
vi.mock('../accounts/session.ts', () => ({
  get account() {
    return account;
  },
  get sessionState() {
    return sessionState;
  },
  get endedByServer() {
    return endedByServer;
  },
  get isUncertain() {
    return isUncertain;
  },
  requestAsMember,
}));
vi.mock('../drops/drop-store.ts', () => ({ tellOutcome }));
vi.mock('../realtime/connection.ts', () => ({
  connection: {
    get takesClaims() {
      return takesClaims;
    },
    get isHeard() {
      return takesClaims;
    },
    connect: () => undefined,
    onMessage: (listener: typeof tell) => (tell = listener),
    send: (message: { requestId: string }) => sent.push(message) > 0,
  },
}));

/** What was open before hears of nothing any more. */
async function openPage() {
  vi.resetModules();
  account = signal(account.value);
  sessionState = signal(sessionState.value);
  endedByServer = signal(endedByServer.value);
  isUncertain = signal(isUncertain.value);
  takesClaims = signal(takesClaims.value);
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

function become(state: 'restoring' | 'guest' | 'member', id = '1'): void {
  batch(() => {
    sessionState.value = state;
    account.value = state === 'member' ? { id } : null;
  });
}

beforeEach(() => {
  sent = [];
  takesClaims.value = true;
  requestAsMember.mockReset();
  tellOutcome.mockReset();
  endedByServer.value = false;
  isUncertain.value = false;
  become('member');
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

test('a second click on the same drop is no second press, one on another drop is', async () => {
  const { press } = await openPage();
  press('7');
  tell({ ...outcome(), requestId: sent[0]?.requestId } as ServerMessage);
  press('7');
  expect(sent).toHaveLength(1);
  press('8');
  expect(sent).toHaveLength(2);
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

test('a fresh token is no other account: the arrival number stays on the board, and nothing is sent again', async () => {
  const { press, view } = await openPage();
  press('7');
  become('member');
  expect(sent).toHaveLength(1);
  tell({ type: 'outcome', requestId: sent[0]?.requestId ?? '', dropId: '7', outcome: 'sold_out', arrival: 1204 });
  become('member');
  expect(view.value).toMatchObject({ is: 'answered', answer: { arrival: 1204 } });
});

test('pressed while the session is still being restored: sent once, when it is known by whom', async () => {
  become('restoring');
  const { press, view } = await openPage();
  press('7');
  press('7');
  expect(view.value.is).toBe('waiting');
  expect(sent).toHaveLength(0);
  become('member');
  expect(sent).toHaveLength(1);
  tell(outcome());
  expect(view.value).toMatchObject({ is: 'answered', answer: { isFresh: true } });
});

test('pressed while the session is still being restored, and there is none any more: nothing is sent', async () => {
  become('restoring');
  const { press, view } = await openPage();
  press('7');
  become('guest');
  expect(view.value).toEqual({ is: 'unpressed' });
  become('member');
  expect(sent).toHaveLength(0);
});

test('pressed while nobody can say who is here: said to be kept, over a reload too, and sent once when it is known', async () => {
  become('restoring');
  const { press, view } = await openPage();
  press('7');
  expect(view.value).toMatchObject({ is: 'waiting', waiting: { why: 'sent' } });
  isUncertain.value = true;
  expect(view.value).toMatchObject({ is: 'waiting', waiting: { why: 'offline' } });
  const reloaded = await openPage();
  expect(reloaded.view.value).toEqual(view.value);
  reloaded.press('7');
  expect(sent).toHaveLength(0);
  isUncertain.value = false;
  become('member');
  expect(sent).toHaveLength(1);
  tell(outcome());
  expect(reloaded.view.value).toMatchObject({ is: 'answered', answer: { isFresh: true } });
});

test('the session ends before the answer: said so, and the same press is sent when its owner is back, by nobody else', async () => {
  const { press, view } = await openPage();
  press('7');
  endedByServer.value = true;
  become('guest');
  expect(view.value).toEqual({ is: 'failed', reason: 'session_ended' });
  become('member', '2');
  expect(sent).toHaveLength(1);
  become('guest');
  become('member', '1');
  expect(sent).toHaveLength(2);
  expect(new Set(sent.map(({ requestId }) => requestId)).size).toBe(1);
  tell(outcome());
  expect(view.value).toMatchObject({ is: 'answered' });
});

const soldOut = (): ServerMessage => ({
  ...{ type: 'outcome', requestId: sent[0]?.requestId ?? '', dropId: '7', outcome: 'sold_out', arrival: 1204 },
});

test('a refusal of this moment says where the drop stands; one that was lost and is repeated may be old, and does not', async () => {
  const { press, view } = await openPage();
  press('7');
  tell(soldOut());
  expect(tellOutcome).toHaveBeenCalledTimes(1);
  press('8');
  takesClaims.value = false;
  takesClaims.value = true;
  tell({ ...soldOut(), requestId: sent.at(-1)?.requestId, dropId: '8' } as ServerMessage);
  expect(tellOutcome).toHaveBeenCalledTimes(1);
  expect(view.value).toMatchObject({ is: 'answered', answer: { arrival: 1204 } });
});

test('the same after a reload', async () => {
  const { press } = await openPage();
  press('7');
  const { view } = await openPage();
  tell(soldOut());
  expect(tellOutcome).not.toHaveBeenCalled();
  expect(view.value).toMatchObject({ is: 'answered', answer: { arrival: 1204 } });
});

test('a server that does not take a fresh token yet is asked again; nobody is told that their session is over', async () => {
  takesClaims.value = false;
  const { press, view } = await openPage();
  const { Problem } = await import('../http/problem.ts');
  requestAsMember.mockRejectedValue(new Problem(401, { code: 'unauthenticated' }, null));
  press('7');
  await vi.waitFor(() => expect(view.value).toMatchObject({ is: 'waiting', waiting: { why: 'busy' } }));
  takesClaims.value = true;
  await vi.waitFor(() => expect(sent).toHaveLength(1), { timeout: 5_000 });
  tell(outcome());
  expect(view.value).toMatchObject({ is: 'answered' });
});
