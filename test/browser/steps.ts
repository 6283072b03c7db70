/** What people do on the pages, in their words (the English ones). */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from './shop-api.ts';

/** As after signing in with the form, which has tests of its own: the next page that is opened is this person's. */
export async function signIn(
  page: Page,
  shopUrl: string,
  { username, password }: Pick<Person, 'username' | 'password'>,
): Promise<void> {
  // A place of the shop where nothing happens by itself.
  await page.goto(`${shopUrl}/favicon.svg`);
  await page.evaluate(`(async () => {
    const answer = await fetch('/v1/sessions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(${JSON.stringify({ login: username, password })}),
    });
    if (!answer.ok) throw new Error(await answer.text());
    const { accessToken, expiresIn, account } = await answer.json();
    const expiresAt = Date.now() + expiresIn * 1000;
    sessionStorage.setItem('doorbuster.session', JSON.stringify({ accessToken, expiresAt, account }));
    localStorage.setItem('doorbuster.signed-in', '1');
  })()`);
}

/** The page's one big button. */
export function pressButton(page: Page) {
  return page.locator('.press');
}

export async function waitUntilPressable(page: Page): Promise<void> {
  await page.locator('.press[data-look="go"][aria-disabled="false"]').waitFor();
}

/** The socket is welcomed: only then is a press certain to go its way. */
export async function waitUntilLive(page: Page): Promise<void> {
  await page.locator('.stage-stale[data-shown="false"]').waitFor({ state: 'attached' });
}

/** The bell has asked how many notifications wait: once, some seconds after one has come. */
export async function waitUntilCounted(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(`sessionStorage.getItem('doorbuster.unread')`)).toMatch(/ \d+$/);
}

export async function expectEventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read).toEqual(expected);
}

/** From its next load on the page is told nothing by itself: neither over a socket nor over the event stream that takes its place. */
export async function hearNothing(page: Page): Promise<void> {
  await page.routeWebSocket(/\/v1\/socket$/, (socket) => socket.close());
  await page.route('**/v1/events**', (route) => route.abort());
}

interface InterceptedClaim {
  readonly requestId: string;
  readonly dropId: string;
}

/** Stands between the page and the server: claims over the socket are answered as the test says, and reach the server only when it passes them on. */
export async function interceptClaims(
  page: Page,
  onClaim: (claim: InterceptedClaim, tell: (message: object) => void, passOn: () => void) => void,
): Promise<void> {
  await page.routeWebSocket(/\/v1\/socket$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, requestId, dropId } = JSON.parse(String(text)) as InterceptedClaim & { readonly type: string };
      if (type !== 'claim') return server.send(text);
      onClaim(
        { requestId, dropId },
        (message) => socket.send(JSON.stringify(message)),
        () => server.send(text),
      );
    });
  });
}
