/** What people do on the pages, in their words (the English ones). */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Person } from './shop-api.ts';

export async function signIn(
  page: Page,
  shopUrl: string,
  person: Pick<Person, 'username' | 'password'>,
): Promise<void> {
  await page.goto(`${shopUrl}/sign-in`);
  await page.getByLabel('Username or email').fill(person.username);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'My coupons' }).first().waitFor();
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

export async function expectEventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read).toEqual(expected);
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
