/**
 * Paying with Toss Payments. Its script and its window are far away and not ours: they are played here, and so are the server's answers about it; what the page gives
 * to the window, and what it does when the window leads back, is real.
 */
import type { Page, Route } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, useShop } from './harness.ts';
import { expectEventually, signIn } from './steps.ts';

/** Stands for js.tosspayments.com: keeps what it was asked, and ends as the test says. */
const fakeSdk = `
  window.TossPayments = (clientKey) => ({
    payment: ({ customerKey }) => ({
      requestPayment: async (request) => {
        sessionStorage.setItem('asked', JSON.stringify({ clientKey, customerKey, ...request }));
        const end = sessionStorage.getItem('end');
        if (end === 'close') throw Object.assign(new Error('closed'), { code: 'USER_CANCEL' });
        const address = new URL(end === 'approve' ? request.successUrl : request.failUrl);
        const added = end === 'approve'
          ? { paymentKey: 'key-1', orderId: request.orderId, amount: String(request.amount.value) }
          : { code: 'REJECT_CARD_COMPANY', message: 'Call this number', orderId: request.orderId };
        for (const [name, value] of Object.entries(added)) address.searchParams.set(name, value);
        location.href = address.href;
        await new Promise(() => {});
      },
    }),
  });
  window.TossPayments.ANONYMOUS = 'ANONYMOUS';
`;

describeInBrowser('Toss Payments', () => {
  const shop = useShop();

  async function openPaymentPage(end: 'approve' | 'fail' | 'close') {
    const drop = await shop.api.newProduct({ title: 'Cup', price: 42_000 });
    const person = await shop.api.newPerson();
    const { grantId } = await shop.api.claim(person, drop.id);
    const page = await shop.openPage({ bypassCSP: true });
    const payment = {
      ...{ id: 'payment-1', grantId, dropId: drop.id, title: 'Cup', method: 'toss', amount: 42_000, currency: 'KRW' },
      ...{ state: 'pending', failure: null, createdAt: new Date().toISOString() },
      ...{ decidedAt: null, refundedAt: null, receipt: null },
    };
    const checkout = { clientKey: 'test_ck_1', method: 'CARD', orderId: 'payment-1', orderName: 'Cup', amount: 42_000 };
    const approvals: unknown[] = [];
    const scripts: string[] = [];
    const answer = (route: Route, status: number, body: object) =>
      route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
    await page.route('https://js.tosspayments.com/**', (route) => {
      scripts.push(route.request().url());
      return route.fulfill({ contentType: 'text/javascript', body: fakeSdk });
    });
    await page.route('**/v1/payment-methods', (route) => answer(route, 200, { items: [{ name: 'toss' }] }));
    await page.route(`**/v1/me/grants/${grantId}/payments`, (route) =>
      answer(route, 201, { ...payment, checkout: { ...checkout, currency: 'KRW' } }),
    );
    await page.route('**/v1/me/payments/payment-1/approval', (route) => {
      approvals.push(route.request().postDataJSON());
      return answer(route, 200, { ...payment, state: 'failed', failure: 'insufficient_funds' });
    });
    await signIn(page, shop.url, person);
    await page.evaluate(`sessionStorage.setItem('end', '${end}')`);
    await page.goto(`${shop.url}/slots/${grantId}`);
    await page.getByRole('button', { name: 'Pay ₩42,000' }).waitFor();
    return { page, grantId, approvals, scripts };
  }

  const asked = async (page: Page) => JSON.parse(String(await page.evaluate(`sessionStorage.getItem('asked')`)));

  test('the script is loaded only now; the window gets the order, and an approval is brought back once', async () => {
    const { page, grantId, approvals, scripts } = await openPaymentPage('approve');
    expect(scripts).toEqual([]);
    await page.getByRole('button', { name: 'Pay ₩42,000' }).click();
    await page.getByRole('alert').filter({ hasText: 'There is not enough money' }).waitFor();
    expect(scripts).toEqual(['https://js.tosspayments.com/v2/standard']);
    expect(await asked(page)).toMatchObject({
      ...{ clientKey: 'test_ck_1', customerKey: 'ANONYMOUS', method: 'CARD', orderId: 'payment-1', orderName: 'Cup' },
      amount: { currency: 'KRW', value: 42_000 },
      successUrl: `${shop.url}/slots/${grantId}?payment=payment-1`,
    });
    expect(approvals).toEqual([{ paymentKey: 'key-1', amount: '42000' }]);
    await page.waitForURL(({ search }) => search === '');
    await page.reload();
    await page.getByRole('button', { name: 'Pay ₩42,000' }).waitFor();
    expect(approvals).toHaveLength(1);
  });

  test('what failed there is said in our words, never in those of the address', async () => {
    const { page, approvals } = await openPaymentPage('fail');
    await page.getByRole('button', { name: 'Pay ₩42,000' }).click();
    await page.getByRole('alert').filter({ hasText: 'It was not approved at Toss Payments' }).waitFor();
    expect(await page.getByText('Call this number').count()).toBe(0);
    expect(approvals).toEqual([]);
  });

  test('who closes the window can press again', async () => {
    const { page } = await openPaymentPage('close');
    await page.getByRole('button', { name: 'Pay ₩42,000' }).click();
    await page.getByText('Not approved at Toss Payments').waitFor();
    await page.getByRole('button', { name: 'Pay ₩42,000' }).waitFor();
    await expectEventually(() => page.locator('.pay-panel [role=alert]').count(), 0);
  });
});
