/** The pages after the rush, in their states, languages, themes and sizes: each must fit, complain of nothing, and is photographed for people to look at. */
import type { Page } from 'playwright-core';
import { test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, type Look, looks, settle } from './pictures.ts';
import { fromNow, type Person } from './shop-api.ts';
import { interceptClaims, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

const declinedCard = '4000 0000 0000 0002';
const silentCard = '4000 0000 0000 0408';

describeInBrowser('looks of grants', () => {
  const shop = useShop();

  async function open(look: Look, person: { username: string; password: string }): Promise<Page> {
    const page = await shop.openPage(look.options);
    await signIn(page, shop.url, person);
    return page;
  }

  /** A new product with one unit in this person's hands. */
  async function slotOf(person: Person, terms = {}): Promise<string> {
    const drop = await shop.api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 50, ...terms });
    return (await shop.api.claim(person, drop.id)).grantId;
  }

  async function couponOf(person: Person, terms = {}): Promise<{ grantId: string; code: string }> {
    const drop = await shop.api.newCoupon({ title: '겨울맞이 전 상품 20% 쿠폰', stock: 100, ...terms });
    return shop.api.claim(person, drop.id);
  }

  test.each(looks)('slots, $name', async (kind) => {
    const { api, url } = shop;
    const person = await api.newPerson();
    const calm = await slotOf(person);
    await slotOf(person, { title: 'Stoneware cup, second batch', price: 4250, currency: 'USD', holdMinutes: 4 });
    const bought = await slotOf(person, { title: '한정판 도자기 화병' });
    await api.pay(person, bought, `bought-${bought}`);
    const returned = await slotOf(person, { title: '접이식 캠핑 의자' });
    await api.giveBack(person, returned);

    const page = await open(kind, person);
    const look = camera(page, kind);
    await page.goto(`${url}/slots`);
    await page.locator('.ticket').nth(1).waitFor();
    await look('slots-held');
    await page.locator('#tab-returned').click();
    await page.locator('.ticket[data-state="returned"]').waitFor();
    await look('slots-returned');

    await page.goto(`${url}/slots/${calm}`);
    await page.locator('.pay-form').waitFor();
    await look('slot-pay', true);
    await page.locator(`[value="points"]`).click();
    await page.locator('.pay-form .banner').waitFor();
    await page.locator('.pay-form .press').scrollIntoViewIfNeeded();
    await look('slot-points');
    await page.locator('.give-back button').click();
    await page.locator('dialog').waitFor();
    await settle(page);
    await look('slot-give-back', false);
    await page.locator('dialog button').first().click();

    await page.locator(`[value="sandbox"]`).click();
    await page.locator(`[value="${declinedCard}"]`).click();
    await page.locator('.pay-form .press').click();
    await page.locator('.pay-panel [role=alert]').waitFor();
    await page.locator('.pay-panel').scrollIntoViewIfNeeded();
    await look('slot-declined');
    await page.locator(`[value="${silentCard}"]`).click();
    await page.locator('.pay-form .press').click();
    await page.locator('.slot-board[data-mood="waiting"]').waitFor();
    await page.evaluate('scrollTo(0, 0)');
    await look('slot-paying');

    await page.goto(`${url}/slots/${bought}`);
    await page.locator('.slot-board[data-mood="won"] a').waitFor();
    await look('slot-bought');
    await page.locator('.slot-board a').click();
    await page.locator('.receipt-total').waitFor();
    await look('receipt');
    await page.emulateMedia({ media: 'print' });
    await look('receipt-print');
    await page.emulateMedia({ media: 'screen' });
    await page.goto(`${url}/slots/${returned}`);
    await page.locator('.slot-board[data-mood="over"]').waitFor();
    await look('slot-returned');
  });

  test.each(looks)('coupons and the till, $name', async (kind) => {
    const { api, url } = shop;
    const person = await api.newPerson();
    const good = await couponOf(person, { validForDays: null, validUntil: fromNow(20_000) });
    const used = await couponOf(person, { title: '주말 배송비 쿠폰', discount: { amount: 3000, currency: 'KRW' } });
    await api.use(person, used.grantId, 'A-1207');

    const page = await open(kind, person);
    const look = camera(page, kind);
    await page.goto(`${url}/coupons`);
    await page.locator('.ticket').first().waitFor();
    await look('coupons-usable');
    await page.goto(`${url}/coupons/${good.grantId}`);
    await page.locator('.coupon-actions').waitFor();
    await look('coupon');
    await page.locator('.coupon-buttons button').first().click();
    await page.locator('dialog').waitFor();
    await settle(page);
    await look('coupon-use', false);
    await page.goto(`${url}/coupons/${used.grantId}`);
    await page.locator('.coupon-sheet[data-state="used"]').waitFor();
    await look('coupon-used');
    await page.context().close();

    const till = await open(kind, administrator);
    const lookAtTill = camera(till, kind);
    await till.goto(`${url}/admin/coupons`);
    await till.locator('[name=code]').fill(good.code.toLowerCase());
    await till.locator('form button[type=submit]').click();
    await till.locator('.found-coupon').waitFor();
    await lookAtTill('till', true);
  });

  test.each(looks)('the waiting line, $name', async (kind) => {
    const { api, url } = shop;
    const drop = await api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 2, waitingLine: true });
    const holder = await api.newPerson();
    const { grantId } = await api.claim(holder, drop.id);
    await api.claim(await api.newPerson(), drop.id);
    const first = await api.newPerson();
    await api.wait(first, drop.id);

    const page = await open(kind, await api.newPerson());
    const look = camera(page, kind);
    await page.goto(`${url}/drops/${drop.id}`);
    await page.locator('.press[data-look="go"]').waitFor();
    await look('line-offer', false);
    await pressButton(page).click();
    await page.locator('.stage[data-mood="line"] .board-number').waitFor();
    await look('line-waiting', false);
    await page.reload();
    await page.locator('.stage[data-mood="line"]').waitFor();

    const losing = await open(kind, await api.newPerson());
    await interceptClaims(losing, (claim, tell) =>
      tell({ type: 'outcome', ...claim, outcome: 'sold_out', arrival: 1204 }),
    );
    const rush = await api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 50, waitingLine: true });
    await losing.goto(`${url}/drops/${rush.id}`);
    await waitUntilPressable(losing);
    await waitUntilLive(losing);
    await pressButton(losing).click();
    await losing.locator('.stage[data-mood="lost"]').waitFor();
    await camera(losing, kind)('line-lost', false);
    await losing.context().close();

    await page.goto(url);
    await page.locator('.featured-title').waitFor();
    await api.leaveLine(first, drop.id);
    await api.giveBack(holder, grantId);
    await page.locator('.offer').waitFor();
    await settle(page);
    await look('offer', false);
  });
});
