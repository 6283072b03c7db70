/**
 * Who is signed in, in this tab.
 *
 *   start --a token that is still good--> member      --somebody was signed in here--> restoring      --nobody was--> guest
 *   restoring --refresh works--> member      restoring --refresh refused--> guest
 *   restoring --no answer--> still restoring, and uncertain: asked again soon, and at once when the network is back
 *   member --refresh works--> member, with a fresh token
 *   member --no answer--> still member: asked again soon; a call whose token is no longer taken has had no answer either
 *   member --refresh refused, or the server ends the session--> guest, ended --the person goes on without--> guest
 *   any --sign in, here or in another tab--> member
 *   any --sign out, here or in another tab--> guest
 *
 * The access token lives in memory and in sessionStorage with its expiry, so that a reload at ten sharp costs no call.
 * The refresh token is an httpOnly cookie shared by all tabs. It works ONCE, and a second use ends the session: so only
 * one tab refreshes at a time (a lock), and the others take the new access token from it over a channel.
 * Someone who was never signed in here (no marker in localStorage) causes no refresh call at all.
 */
import { computed, signal } from '@preact/signals';
import { Problem, Unreachable } from '../http/problem.ts';
import { type RequestOptions, request } from '../http/request.ts';
import { backoffMilliseconds } from '../realtime/live-client.ts';
import { type Account, type StoredSession, sessionStore, type TabMessage } from './session-store.ts';

type State =
  | { is: 'restoring'; isUncertain: boolean }
  | { is: 'guest'; ended: boolean }
  | { is: 'member'; session: StoredSession };

const state = signal<State>({ is: 'restoring', isUncertain: false });

export const sessionState = computed(() => state.value.is);
export const account = computed<Account | null>(() =>
  state.value.is === 'member' ? state.value.session.account : null,
);
export const accessToken = computed(() => (state.value.is === 'member' ? state.value.session.accessToken : null));
/** True after the server, not the person, ended the session: the sign-in page says so. */
export const endedByServer = computed(() => state.value.is === 'guest' && state.value.ended);
/** Somebody was signed in here, and the server could not be asked whether they still are. */
export const isUncertain = computed(() => state.value.is === 'restoring' && state.value.isUncertain);

interface SessionAnswer {
  accessToken: string;
  expiresIn: number;
  account: Account;
}

let refreshTimer: ReturnType<typeof setTimeout> | undefined;
let refreshing: Promise<boolean> | null = null;
let refreshesUnanswered = 0;
/** A token this close to its expiry is refreshed before use. */
const expiryMarginMilliseconds = 30_000;

export function startSession(): void {
  sessionStore.listen(hearOtherTab);
  const stored = sessionStore.read();
  if (stored && stored.expiresAt > Date.now() + expiryMarginMilliseconds) become(stored);
  else if (sessionStore.wasSignedIn()) void refresh();
  else state.value = { is: 'guest', ended: false };
}

/** `language`: of letters, as the pages are, which need not be the browser's. */
export async function signUp(username: string, email: string, password: string, language: string): Promise<void> {
  await request('/v1/accounts', { method: 'POST', body: { username, email, password, language } });
  await signIn(username, password);
}

export async function signIn(login: string, password: string): Promise<void> {
  const answer = await request<SessionAnswer>('/v1/sessions', { method: 'POST', body: { login, password } });
  const session = toStored(answer);
  become(session);
  sessionStore.tell({ type: 'session', session });
}

export async function signOut(): Promise<void> {
  const token = accessToken.value;
  end(false);
  sessionStore.tell({ type: 'signed-out' });
  // The person is signed out here whatever the server says; a session it does not hear about expires by itself.
  await request('/v1/sessions/current', { method: 'DELETE', token }).catch(() => undefined);
}

/** The server said that this session is over (401 session_ended, or socket close 4403). */
export function sessionEnded(): void {
  if (state.value.is !== 'member') return;
  end(true);
}

/** The session is over, and the person does not want to go on where it ended. */
export function goOnAsGuest(): void {
  if (state.value.is === 'guest') state.value = { is: 'guest', ended: false };
}

/** A private call of the API. */
export function requestAsMember<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return asMember((token) => request<T>(path, { ...options, token }));
}

/**
 * With the token, and once more with a fresh one if the server no longer takes it. `Unreachable` when no fresh one could be asked for. Whoever takes another
 * person's place meanwhile neither repeats their call nor gets its answer: a 401, as if the session had ended.
 */
export async function asMember<T>(call: (token: string | null) => Promise<T>): Promise<T> {
  const before = account.value?.id;
  const token = await freshToken();
  const caller = before ?? account.value?.id;
  const callAs = async (given: string | null) => {
    if (isReplaced(caller)) throw someoneElse();
    const answer = await call(given);
    if (isReplaced(caller)) throw someoneElse();
    return answer;
  };
  try {
    return await callAs(token);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    if (!(await refresh(token))) {
      // Nobody has said that the session is over.
      if (state.value.is !== 'guest') throw new Unreachable('the session could not be refreshed', { cause: error });
      throw error;
    }
    return callAs(accessToken.value);
  }
}

function isReplaced(caller: string | undefined): boolean {
  return caller !== undefined && account.value !== null && account.value.id !== caller;
}

function someoneElse(): Problem {
  return new Problem(401, { code: 'session_ended', detail: 'somebody else is signed in now' }, null);
}

export async function freshToken(): Promise<string | null> {
  const now = state.value;
  if (now.is === 'restoring') await refreshing;
  else if (now.is === 'member' && now.session.expiresAt < Date.now() + 5_000) await refresh(now.session.accessToken);
  return accessToken.value;
}

/**
 * Resolves true when there is a token other than `staleToken`. A server that cannot be reached ends nothing: the
 * refresh is tried again later.
 */
export function refresh(staleToken: string | null = accessToken.value): Promise<boolean> {
  refreshing ??= sessionStore
    .alone(() => refreshAlone(staleToken))
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

async function refreshAlone(staleToken: string | null): Promise<boolean> {
  // While this tab waited for the lock another one may have refreshed, or signed out.
  if (accessToken.value !== null && accessToken.value !== staleToken) return true;
  if (!sessionStore.wasSignedIn()) {
    // Nobody signed out, that would have been told: another tab has heard that the session is over.
    if (state.value.is !== 'guest') end(state.value.is === 'member');
    return false;
  }
  try {
    const answer = await request<SessionAnswer>('/v1/sessions/refresh', { method: 'POST' });
    const session = toStored(answer);
    become(session);
    sessionStore.tell({ type: 'session', session });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) end(state.value.is === 'member');
    else {
      if (state.value.is === 'restoring') state.value = { is: 'restoring', isUncertain: true };
      refreshesUnanswered += 1;
      const least = error instanceof Problem ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
      planRefresh(backoffMilliseconds(refreshesUnanswered + 1, least));
    }
    return false;
  }
}

function hearOtherTab(message: TabMessage): void {
  if (message.type === 'signed-out') end(false);
  else become(message.session);
}

function become(session: StoredSession): void {
  refreshesUnanswered = 0;
  state.value = { is: 'member', session };
  sessionStore.write(session);
  // Somewhat before the expiry, and not at the same moment as everyone who signed in with us.
  planRefresh((session.expiresAt - Date.now()) * (0.75 + Math.random() * 0.15));
}

function planRefresh(milliseconds: number): void {
  clearTimeout(refreshTimer);
  // setTimeout wraps to "at once" above 2^31 ms.
  refreshTimer = setTimeout(() => void refresh(), Math.min(Math.max(milliseconds, 1_000), 2_000_000_000));
}

function end(ended: boolean): void {
  clearTimeout(refreshTimer);
  sessionStore.clear();
  state.value = { is: 'guest', ended };
}

function toStored(answer: SessionAnswer): StoredSession {
  const { accessToken, expiresIn, account } = answer;
  return { accessToken, expiresAt: Date.now() + expiresIn * 1000, account };
}
