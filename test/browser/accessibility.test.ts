/** That the look for barriers finds them, on a page under the policy that buyers get. */
import { expect, test } from 'vitest';
import { barriers } from './accessibility.ts';
import { describeInBrowser, useShop } from './harness.ts';

describeInBrowser('barriers', () => {
  const shop = useShop();

  test.each([
    ['a field without a label', '<input name="planted">', 'critical label'],
    ['a picture without words', '<img src="/favicon.svg">', 'critical image-alt'],
    ['a button that says nothing', '<button type="button"></button>', 'critical button-name'],
    ['pale letters', '<p style="color: #aaa; background: #fff">Pale</p>', 'serious color-contrast'],
  ])('%s is found, and gone when it is gone', async (_name, html, rule) => {
    const page = await shop.openPage({ bypassCSP: rule.includes('contrast') });
    await page.goto(`${shop.url}/sign-in`);
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.locator('form').evaluate((form, planted) => form.insertAdjacentHTML('beforeend', planted), html);
    expect(await barriers(page)).toEqual([expect.stringMatching(new RegExp(`^${rule}: `))]);
    await page.reload();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });
});
