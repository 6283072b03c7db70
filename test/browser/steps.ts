/** What people do on the pages, in their words (the English ones). */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { patienceMs } from './harness.ts';
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
  await expect.poll(read, { timeout: patienceMs }).toEqual(expected);
}
