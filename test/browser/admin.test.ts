import { test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { signIn } from './steps.ts';

describeInBrowser('administration', () => {
  const shop = useShop();
  test('a buyer does not get in', async () => {
    const buyer = await shop.openPage();
    await signIn(buyer, shop.url, await shop.api.newPerson());
    await buyer.goto(`${shop.url}/admin`);
    await buyer.getByText('This page is for administrators.').waitFor();
  });
});
