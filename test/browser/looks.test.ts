/** Every page in its states, languages, themes and sizes: it must fit, complain of nothing, and is photographed for people to look at. */
import { beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, type Look, looks, settle } from './pictures.ts';
import { type DropView, fromNow, type Person } from './shop-api.ts';
import { expectEventually, interceptClaims, pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';

describeInBrowser('looks', () => {
  const shop = useShop();
  let coupon: DropView;
  let product: DropView;
  let coming: DropView;
  let gone: DropView;
  let buyer: Person;

  beforeAll(async () => {
    const { api } = shop;
    const description = '겨울 옷장을 새로 채울 시간이에요.\n받은 날부터 30일 동안 모든 상품에 쓸 수 있어요.';
    coupon = await api.newCoupon({
      title: '겨울맞이 전 상품 20% 쿠폰',
      description,
      stock: 1000,
      closesAt: fromNow(7200),
    });
    product = await api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 50, perUserLimit: 2 });
    coming = await api.newCoupon({
      title: '첫 구매 5,000원 할인',
      stock: 300,
      opensAt: fromNow(3725),
      discount: { amount: 5000, currency: 'KRW' },
    });
    await api.newProduct({
      title: 'Stoneware cup, second batch',
      price: 4250,
      currency: 'USD',
      opensAt: fromNow(300_000),
    });
    gone = await api.newCoupon({ title: '오전 10시 반값 쿠폰', stock: 2, discount: { percent: 50 } });
    const cancelled = await api.newCoupon({ title: '주말 배송비 쿠폰', discount: { amount: 3000, currency: 'KRW' } });
    await api.cancel(cancelled.id);
    buyer = await api.newPerson();
    for (const drop of [gone, coupon, product]) await api.claim(buyer, drop.id);
    await api.claim(await api.newPerson(), gone.id);
  });

  test.each(looks)('$name', async (kind) => {
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);

    await page.goto(shop.url);
    await page.locator('.featured-title').waitFor();
    await look('list', true);
    await page.goto(`${shop.url}/drops/${coming.id}`);
    await page.locator('.stage .countdown').waitFor();
    await look('countdown', false);
    await page.goto(`${shop.url}/sign-up`);
    await page.locator('form').waitFor();
    await page.locator('form button[type=submit]').click();
    await page.locator('.field-hint.wrong').first().waitFor();
    await look('sign-up');
    await page.goto(`${shop.url}/nowhere`);
    await page.locator('.empty').waitFor();
    await look('not-found');

    await signIn(page, shop.url, buyer);
    await page.goto(`${shop.url}/drops/${gone.id}`);
    await page.locator('.win-ticket, .stage-title').first().waitFor();
    await look('sold-out', false);
    for (const title of ['coupons', 'slots']) {
      await page.goto(`${shop.url}/${title}`);
      await page.locator('.ticket').first().waitFor();
      await look(title);
    }
    await page.goto(`${shop.url}/profile`);
    await page.getByText(`${buyer.username}@example.com`).waitFor();
    await look('profile');
    await page.context().close();

    await photographOutcomes(kind);
    await photographAdministration(kind);
  });

  async function photographOutcomes(kind: Look): Promise<void> {
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);
    await signIn(page, shop.url, await shop.api.newPerson());
    for (const [title, drop] of Object.entries({ 'won-coupon': coupon, 'won-product': product })) {
      await page.goto(`${shop.url}/drops/${drop.id}`);
      await waitUntilPressable(page);
      await look(`${title}-before`, false);
      await pressButton(page).click();
      await page.locator('.win-ticket').waitFor();
      await settle(page);
      await look(title, false);
    }
    await page.context().close();
    await photographLoss(kind);
  }

  async function photographLoss(kind: Look): Promise<void> {
    const page = await shop.openPage(kind.options);
    await interceptClaims(page, (claim, tell) =>
      tell({ type: 'outcome', ...claim, outcome: 'sold_out', arrival: 1204 }),
    );
    await signIn(page, shop.url, await shop.api.newPerson());
    await page.goto(`${shop.url}/drops/${coupon.id}`);
    await waitUntilPressable(page);
    // Over HTTP the press would be answered by the server itself.
    await waitUntilLive(page);
    await pressButton(page).click();
    await page.locator('.stage[data-mood="lost"]').waitFor();
    await settle(page);
    await camera(page, kind)('lost', false);
    await page.context().close();
  }

  async function photographAdministration(kind: Look): Promise<void> {
    const page = await shop.openPage(kind.options);
    const look = camera(page, kind);
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops`);
    await page.locator('.admin-row').first().waitFor();
    await look('admin-list');
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.locator('[name=title]').fill('겨울맞이 30% 쿠폰');
    await page.locator('[name=stock]').fill('0');
    await page.locator('[name=percent]').fill('30');
    await page.evaluate('scrollTo(0, 0)');
    await look('admin-new');
    await page.context().close();
  }

  test('the language and the theme are switched, and remembered', async () => {
    const page = await shop.openPage({ locale: 'en-US', colorScheme: 'light' });
    await page.goto(shop.url);
    await page.getByRole('heading', { name: 'Coming up' }).waitFor();
    await page.getByRole('button', { name: '한국어로 보기' }).click();
    await page.getByRole('heading', { name: '오픈 예정' }).waitFor();
    await expectEventually(() => page.evaluate('document.documentElement.lang'), 'ko');
    const paper = 'getComputedStyle(document.documentElement).backgroundColor';
    const light = await page.evaluate(paper);
    await page.getByRole('button', { name: '화면 테마: 시스템 설정' }).click();
    await page.getByRole('button', { name: '화면 테마: 밝게' }).click();
    await expect.poll(() => page.evaluate(paper)).not.toBe(light);
    const dark = await page.evaluate(paper);
    await page.reload();
    await page.getByRole('heading', { name: '오픈 예정' }).waitFor();
    expect(await page.evaluate(paper)).toBe(dark);
  });
});
