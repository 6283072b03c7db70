/** Who is signed in, when the server can be asked and when it cannot. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const request = vi.hoisted(() => vi.fn<(path: string) => Promise<unknown>>());
vi.mock('../http/request.ts', () => ({ request }));

const known = { accessToken: 't1', expiresIn: 3_600, account: { id: '1', username: 'a', role: 'buyer' } };
const storage = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('sessionStorage', storage());
  vi.stubGlobal('localStorage', storage());
  request.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A new tab of a browser in which somebody has signed in. */
async function openTab() {
  localStorage.setItem('doorbuster.signed-in', '1');
  vi.resetModules();
  const session = await import('./session.ts');
  const problem = await import('../http/problem.ts');
  return { ...session, ...problem };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test('no answer makes nobody a guest: it is asked again within seconds, until the server has said who it is', async () => {
  const { startSession, sessionState, isUncertain, account, Unreachable } = await openTab();
  request.mockRejectedValue(new Unreachable('no answer'));
  startSession();
  await settle();
  expect([sessionState.value, isUncertain.value]).toEqual(['restoring', true]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sessionState.value).toBe('restoring');
  expect(request.mock.calls.length).toBeGreaterThan(3);
  request.mockResolvedValue(known);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([sessionState.value, isUncertain.value, account.value?.id]).toEqual(['member', false, '1']);
});

test.each([
  [503, 'shutting_down'],
  [429, 'rate_limited'],
])('%s is no answer to who it is, and the time that it names is waited for', async (status, code) => {
  const { startSession, sessionState, isUncertain, Problem } = await openTab();
  request.mockRejectedValue(new Problem(status, { code }, 10));
  startSession();
  await vi.advanceTimersByTimeAsync(9_900);
  expect(request).toHaveBeenCalledTimes(1);
  expect([sessionState.value, isUncertain.value]).toEqual(['restoring', true]);
});

test('the server says that there is no session: a guest', async () => {
  const { startSession, sessionState, isUncertain, Problem } = await openTab();
  request.mockRejectedValue(new Problem(401, { code: 'unauthenticated' }, null));
  startSession();
  await settle();
  expect([sessionState.value, isUncertain.value]).toEqual(['guest', false]);
});

test('a call whose token is refused, and no fresh one can be asked for, has had no answer; the session stands', async () => {
  const { startSession, requestAsMember, sessionState, Problem, Unreachable } = await openTab();
  request.mockResolvedValueOnce(known);
  startSession();
  await settle();
  const refused = new Problem(401, { code: 'unauthenticated' }, null);
  request.mockImplementation(async (path) => {
    throw path === '/v1/sessions/refresh' ? new Unreachable('no answer') : refused;
  });
  await expect(requestAsMember('/v1/me')).rejects.toBeInstanceOf(Unreachable);
  expect(sessionState.value).toBe('member');
  request.mockRejectedValue(refused);
  await expect(requestAsMember('/v1/me')).rejects.toBe(refused);
  expect(sessionState.value).toBe('guest');
});

test('the session is over: what is asked for afterwards changes nothing about that, and another tab that finds out by itself says so, too', async () => {
  const { startSession, requestAsMember, sessionEnded, endedByServer, goOnAsGuest, Problem } = await openTab();
  const refused = new Problem(401, { code: 'unauthenticated' }, null);
  request.mockResolvedValueOnce(known).mockRejectedValue(refused);
  startSession();
  await settle();
  // The first tab that hears of it forgets for all of them that somebody is signed in.
  localStorage.removeItem('doorbuster.signed-in');
  await expect(requestAsMember('/v1/me')).rejects.toBe(refused);
  expect(endedByServer.value).toBe(true);
  sessionEnded();
  await expect(requestAsMember('/v1/me')).rejects.toBe(refused);
  expect(endedByServer.value).toBe(true);
  goOnAsGuest();
  expect(endedByServer.value).toBe(false);
});

/** Another tab, in which somebody else signs in. */
function otherTabs() {
  let hear: (event: { data: unknown }) => void = () => undefined;
  vi.stubGlobal(
    'BroadcastChannel',
    class {
      addEventListener(_type: string, listener: typeof hear) {
        hear = listener;
      }
      postMessage() {}
    },
  );
  const session = { accessToken: 't2', expiresAt: Date.now() + 3_600_000, account: { ...known.account, id: '2' } };
  return { signIn: () => hear({ data: { type: 'session', session } }) };
}

test('a call is not repeated by whoever has signed in meanwhile', async () => {
  const tabs = otherTabs();
  const { startSession, requestAsMember, account, Problem } = await openTab();
  request.mockResolvedValueOnce(known);
  startSession();
  await settle();
  request.mockImplementationOnce(async () => {
    tabs.signIn();
    throw new Problem(401, { code: 'session_ended' }, null);
  });
  await expect(requestAsMember('/v1/drops/7/claims')).rejects.toMatchObject({ status: 401 });
  expect(account.value?.id).toBe('2');
  expect(request.mock.calls.filter(([path]) => path === '/v1/drops/7/claims')).toHaveLength(1);
});

test('what was asked for is not answered to whoever has signed in meanwhile', async () => {
  const tabs = otherTabs();
  const { startSession, requestAsMember } = await openTab();
  request.mockResolvedValueOnce(known);
  startSession();
  await settle();
  request.mockImplementationOnce(async () => {
    tabs.signIn();
    return { items: ['a coupon of somebody else'] };
  });
  await expect(requestAsMember('/v1/me/grants')).rejects.toMatchObject({ status: 401 });
});
