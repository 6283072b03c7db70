/** Administrators make, change, find and end drops. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, type Look, looks, settle } from './pictures.ts';
import { type DropView, fromNow } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

/** How often the dialog closes from now on, were it for one moment. */
const countClosings = `
  globalThis.closings = 0;
  new MutationObserver(() => { closings += 1 }).observe(document.querySelector('dialog'), { attributeFilter: ['open'] });
`;

const pastePicture = bringPicture(
  "document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: files, bubbles: true }))",
);
const dropPicture = bringPicture(
  "document.querySelector('.picture-field').dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }))",
);

describeInBrowser('drops of administrators', () => {
  const shop = useShop();
  let page: Page;
  beforeAll(async () => {
    page = await shop.openPage();
    await signIn(page, shop.url, administrator);
  });

  afterEach(() => page.unrouteAll({ behavior: 'ignoreErrors' }));

  const dialog = () => page.getByRole('dialog');
  const row = (title: string) => page.getByRole('listitem').filter({ hasText: title }).last();

  test('a coupon event is created with the form and shows in the list', async () => {
    await page.goto(`${shop.url}/admin/drops`);
    // An empty list has a second one.
    await page.getByRole('link', { name: 'New drop' }).first().click();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('Please fill this in').first().waitFor();

    await page.getByLabel('Title').fill('Ten o’clock coupon');
    await page.getByLabel('Quantity').fill('0');
    await page.getByText('A whole number from 1 to 10,000,000').waitFor();
    await page.getByLabel('Quantity').fill('500');
    await page.getByLabel('Percent off').fill('30');
    await page.getByText('At once').click();
    await page.getByRole('button', { name: 'Create drop' }).click();

    await page.getByRole('heading', { level: 1, name: 'Ten o’clock coupon' }).waitFor();
    await page.goto(shop.url);
    await page.getByRole('heading', { name: 'Ten o’clock coupon' }).waitFor();
    await page.getByText('30% off').first().waitFor();
  });

  test('a product sale is created with the form; a price is typed in whole units', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByText('Product sale').click();
    await page.getByLabel('Title').fill('Stoneware cup');
    await page.getByLabel('Quantity').fill('40');
    await page.getByLabel('Price').fill('42.5');
    await page.getByLabel('Currency').fill('usd');
    await page.getByLabel('Minutes to pay').fill('0.01');
    await page.getByLabel('Minutes to pay').blur();
    await page.getByText('Minutes from 0.05 to 1,440').waitFor();
    await page.getByLabel('Minutes to pay').fill('0.5');
    await page.getByLabel('Waiting line').check();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Stoneware cup' }).waitFor();
    await page.getByRole('link', { name: 'Public page' }).click();
    await page.getByText('$42.50').first().waitFor();
    await page.getByText('30 s to pay').waitFor();
    await page.getByText('When it is sold out you can wait').waitFor();
  });

  test('the server’s objection appears at its field', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.route('**/v1/drops', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 400,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              code: 'invalid_request',
              errors: [{ field: 'discount.percent', message: 'must be <= 80' }],
            }),
          })
        : route.continue(),
    );
    await page.getByLabel('Title').fill('Too kind');
    await page.getByLabel('Quantity').fill('5');
    await page.getByLabel('Percent off').fill('90');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('At most 80').waitFor();
    await expectEventually(() => page.getByLabel('Percent off').getAttribute('aria-invalid'), 'true');
    await page.unroute('**/v1/drops');
  });

  test('mistakes are told as one types, in a summary, and the first one gets the cursor', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByLabel('Quantity').fill('many');
    await page.getByText('A whole number from 1 to 10,000,000').waitFor();
    await page.getByLabel('Percent off').fill('101');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('3 fields need another look').waitFor();
    await expectEventually(() => focused(page), 'title');
    await page.getByRole('button', { name: 'Percent off' }).click();
    await expectEventually(() => focused(page), 'percent');
    await page.getByLabel('Percent off').fill('10');
    await page.getByText('2 fields need another look').waitFor();
  });

  test('it opens while one types: terms are as announced again, the rest is kept, and can be saved', async () => {
    const drop = await shop.api.newCoupon({ title: 'Opens soon', stock: 5, opensAt: fromNow(3_600) });
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    await page.getByLabel('Percent off').fill('51');
    await page.getByLabel('Quantity').fill('7');
    await shop.api.amend(drop.id, { opensAt: fromNow(1) });
    await page.getByText('It has opened while you were typing').waitFor();
    await expectEventually(() => page.getByLabel('Percent off').inputValue(), '20');
    expect(await page.getByLabel('Quantity').inputValue()).toBe('7');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.waitForURL(`${shop.url}/admin/drops/${drop.id}`);
    expect(await shop.api.drop(drop.id)).toMatchObject({ stock: 7, discount: { percent: 20 } });
  });

  test('it is cancelled while one types: that is said, and what was typed can become a new drop', async () => {
    const drop = await shop.api.newCoupon({ title: 'Cancelled soon', opensAt: fromNow(3_600) });
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    await page.getByLabel('Title').fill('Typed with care');
    await page.getByLabel('Percent off').fill('35');
    await shop.api.cancel(drop.id);
    await page.getByText('It was cancelled while you were typing').waitFor();
    await expectEventually(() => page.getByLabel('Title').isDisabled(), true);
    expect(await page.getByLabel('Title').inputValue()).toBe('Typed with care');
    // A picture that is brought now would belong to no drop.
    const sent: string[] = [];
    await page.route('**/v1/pictures', (route) => {
      sent.push(route.request().url());
      return route.continue();
    });
    await page.evaluate(pastePicture);
    expect(await page.evaluate(dropPicture)).toBe(false);
    await page.getByRole('button', { name: 'Make a new drop of it' }).click();
    await page.getByRole('button', { name: 'Create drop' }).waitFor();
    await page.evaluate(pastePicture);
    await page.getByAltText('The drop’s picture').waitFor();
    expect(sent).toHaveLength(1);
    await page.unroute('**/v1/pictures');
    await expectEventually(() => page.getByLabel('Title').inputValue(), 'Typed with care');
    await expectEventually(() => page.getByLabel('Percent off').inputValue(), '35');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Typed with care' }).waitFor();
  });

  test('a picture that nobody can see is no picture to publish', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByLabel('Title').fill('Without its picture');
    await page.getByText('Use a picture that lies elsewhere').click();
    await page.getByLabel('Picture address').fill('//elsewhere.example/a.png');
    await page.getByLabel('Title').focus();
    await page.getByText('A full address such as').waitFor();
    await page.getByLabel('Picture address').fill('/pictures/gone.png');
    await page.getByLabel('Title').focus();
    await page.getByText('There is no picture at this address').waitFor();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('One field needs another look').waitFor();
    await page.getByLabel('Picture address').fill('');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Without its picture' }).waitFor();
  });

  test('the way back after creating leads to where the form was opened, not into an empty one', async () => {
    await page.goto(`${shop.url}/admin/drops`);
    await page.getByRole('link', { name: 'New drop' }).click();
    await page.getByLabel('Title').fill('Made and gone back');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Made and gone back' }).waitFor();
    await page.goBack();
    await page.waitForURL(`${shop.url}/admin/drops`);
    await page.getByRole('heading', { level: 1, name: 'Drops' }).waitFor();
  });

  test('times are suggested; the end follows the opening', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByRole('button', { name: 'Tomorrow at ten' }).click();
    const [opensAt, closesAt] = [page.getByLabel('Opening time'), page.getByLabel('End', { exact: true })];
    await expect.poll(() => opensAt.inputValue()).toMatch(/T10:00$/);
    const opening = await opensAt.inputValue();
    await page.getByRole('button', { name: 'After 1 hour' }).click();
    await expectEventually(() => closesAt.inputValue(), opening.replace('T10', 'T11'));
    await page.getByRole('button', { name: 'No end' }).click();
    await expectEventually(() => closesAt.inputValue(), '');
  });

  test('a picture is made smaller and sent, is in the preview, and buyers see it', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByLabel('Title').fill('With a picture');
    await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 3_000, 1_500));
    const picture = page.getByAltText('The drop’s picture');
    await picture.waitFor();
    const address = await picture.getAttribute('src');
    expect(address).toMatch(/^\/pictures\/[0-9a-f]{32}\.webp$/);
    await expectEventually(() => page.locator('.draft-preview .card img').getAttribute('src'), address);
    await expect
      .poll(() =>
        picture.evaluate((image) => `${Reflect.get(image, 'naturalWidth')} × ${Reflect.get(image, 'naturalHeight')}`),
      )
      .toBe('1600 × 800');

    await page.getByText('Phone', { exact: true }).click();
    const phone = page.frameLocator('iframe');
    await phone.getByRole('heading', { name: 'With a picture' }).waitFor();
    // As a phone sees it: the offer on the picture is told right below.
    await expectEventually(
      () => phone.locator('.drop-page').evaluate((shown) => shown.ownerDocument.defaultView?.innerWidth),
      360,
    );
    await page.getByLabel('Title').fill('With a good picture');
    await phone.getByRole('heading', { name: 'With a good picture' }).waitFor();

    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByLabel('Choose a picture').waitFor();
    await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 100, 100));
    await picture.waitFor();
    await page.getByText('At once').click();
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('link', { name: 'Public page' }).click();
    await page.locator('.drop-art img').waitFor();
  });

  test('a picture may be pasted; what is none is refused in words, and leaves what was there', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    await page.getByLabel('Title').waitFor();
    await page.evaluate(pastePicture);
    await page.getByAltText('The drop’s picture').waitFor();
    await page
      .getByLabel('Choose another')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('no') });
    await page.getByText('This is not a picture that we can read').waitFor();
    await page.route('**/v1/pictures', (route) => route.abort());
    await page.getByLabel('Choose another').setInputFiles(await photograph(page, 50, 50));
    await page.getByText('The picture did not arrive').waitFor();
    await page.getByLabel('Title').fill('Without what was chosen');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByText('One field needs another look').waitFor();
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await expectEventually(() => page.getByText('One field needs another look').count(), 0);
    await page.unroute('**/v1/pictures');
  });

  test('a picture that is stopped while it is made smaller is not sent', async () => {
    await page.goto(`${shop.url}/admin/drops/new`);
    const sent: string[] = [];
    await page.route('**/v1/pictures', (route) => {
      sent.push(route.request().url());
      return route.continue();
    });
    await page.evaluate(`{
      const bitmapOf = createImageBitmap;
      globalThis.createImageBitmap = async (file) => {
        await new Promise((resolve) => { globalThis.goOn = resolve; });
        return bitmapOf(file);
      };
    }`);
    await page.getByLabel('Choose a picture').setInputFiles(await photograph(page, 200, 100));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.evaluate('goOn()');
    await page.evaluate(pastePicture);
    await page.evaluate('goOn()');
    await page.getByAltText('The drop’s picture').waitFor();
    expect(sent).toHaveLength(1);
    await page.unroute('**/v1/pictures');
  });

  test('what was typed is not lost by accident: by a link, by the way back, by a reload', async () => {
    await page.goto(`${shop.url}/admin/drops`);
    await page.getByRole('link', { name: 'New drop' }).click();
    await page.getByLabel('Title').fill('Almost lost');
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await dialog().getByText('Leave without saving?').waitFor();
    await dialog().getByRole('button', { name: 'Stay here' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(await page.getByLabel('Title').inputValue()).toBe('Almost lost');

    await page.goBack();
    await dialog().getByText('Leave without saving?').waitFor();
    await dialog().getByRole('button', { name: 'Stay here' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/new$/);
    expect(await page.getByLabel('Title').inputValue()).toBe('Almost lost');

    const asked = page.waitForEvent('dialog');
    await page.evaluate('setTimeout(() => location.reload())');
    const question = await asked;
    expect(question.type()).toBe('beforeunload');
    await question.dismiss();
    expect(await page.getByLabel('Title').inputValue()).toBe('Almost lost');

    await page.goBack();
    await dialog().getByRole('button', { name: 'Leave' }).click();
    await page.waitForURL(/drops$/);
    await page.getByRole('link', { name: 'New drop' }).click();
    await page.getByLabel('Title').waitFor();
    // Nothing was typed: nothing is asked.
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('heading', { name: 'What was sent' }).waitFor();
  });

  test('a drop is sold again: its terms are there, its times are new', async () => {
    await shop.api.newProduct({
      title: 'Sold before',
      price: 12_000,
      stock: 7,
      closesAt: fromNow(3600),
      opensAt: fromNow(0),
    });
    await page.goto(`${shop.url}/admin/drops`);
    await row('Sold before').getByRole('link', { name: 'Sell it again' }).click();
    await page.getByText('A new drop with the terms of').waitFor();
    await expectEventually(() => page.getByLabel('Title').inputValue(), 'Sold before');
    await expectEventually(() => page.getByLabel('Price').inputValue(), '12000');
    const [opensAt, closesAt] = [page.getByLabel('Opening time'), page.getByLabel('End', { exact: true })];
    expect(Date.parse(await opensAt.inputValue())).toBeGreaterThan(Date.now());
    expect(Date.parse(await closesAt.inputValue()) - Date.parse(await opensAt.inputValue())).toBe(3_600_000);
    await page.getByLabel('Title').fill('Sold once more');
    await page.getByRole('button', { name: 'Create drop' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sold once more' }).waitFor();
  });

  test('terms are fixed once it has opened; less than before is asked about, and says how much less', async () => {
    const drop = await shop.api.newCoupon({ title: 'To be changed', stock: 100 });
    await shop.api.claim(await shop.api.newPerson(), drop.id);
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    await page.getByText('It has opened: what people acted on stays').waitFor();
    await expectEventually(() => page.getByLabel('Percent off').isDisabled(), true);
    await page.getByLabel('Title').fill('Changed');
    await page.getByLabel('Quantity').fill('77');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await dialog().getByText('falls from 100 to 77: 23 fewer. Then 76 are left.').waitFor();
    await dialog().getByRole('button', { name: 'Not now' }).click();
    await dialog().waitFor({ state: 'detached' });
    expect((await shop.api.drop(drop.id)).remaining).toBe(99);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await dialog().getByRole('button', { name: 'Save the changes' }).click();
    await page.waitForURL(`${shop.url}/admin/drops/${drop.id}`);
    await page.getByRole('heading', { level: 1, name: 'Changed', exact: true }).waitFor();
    expect((await shop.api.drop(drop.id)).remaining).toBe(76);

    await page.getByRole('link', { name: 'Edit', exact: true }).click();
    // More than is there was granted meanwhile: the server's objection, at its field.
    await page.route('**/v1/drops/*', (route) =>
      route.request().method() === 'PATCH'
        ? route.fulfill({
            status: 409,
            contentType: 'application/problem+json',
            body: '{"code":"stock_below_granted","granted":80}',
          })
        : route.continue(),
    );
    await page.getByLabel('Quantity').fill('90');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('80 have been granted already').waitFor();
    await page.unroute('**/v1/drops/*');
  });

  test('ended now: asked once, said what becomes of whom', async () => {
    const drop = await shop.api.newProduct({ title: 'To be ended', stock: 1, waitingLine: true });
    await shop.api.claim(await shop.api.newPerson(), drop.id);
    await shop.api.wait(await shop.api.newPerson(), drop.id);
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    // The way to the server may take longer than the end lies ahead: then it is asked for again, a little later.
    const ends: string[] = [];
    await page.route('**/v1/drops/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.fallback();
      ends.push(route.request().postDataJSON().closesAt);
      if (ends.length > 1) return route.fallback();
      const errors = [{ field: 'closesAt', message: 'is in the past' }];
      await route.fulfill({ status: 400, json: { code: 'invalid_request', errors } });
    });
    await page.getByRole('button', { name: 'End it now' }).click();
    await dialog().getByText('1 unit stays with whoever got them').waitFor();
    await dialog().getByText('1 person waits in line, and gets nothing').waitFor();
    await dialog().getByRole('button', { name: 'End it now' }).click();
    await expectEventually(async () => (await shop.api.drop(drop.id)).state, 'closed');
    await page.locator('.chip', { hasText: 'Closed' }).waitFor();
    await expectEventually(() => page.getByRole('button', { name: 'End it now' }).count(), 0);
    expect(ends).toHaveLength(2);
    expect(Date.parse(ends[1] ?? '') - Date.parse(ends[0] ?? '')).toBeGreaterThan(4_000);
  });

  test('cancelled: asked once, and not taken back', async () => {
    const drop = await shop.api.newCoupon({ title: 'To be cancelled' });
    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    await page.getByRole('button', { name: 'Cancel drop' }).click();
    await dialog().getByText('This cannot be taken back').waitFor();
    await dialog().getByRole('button', { name: 'Not now' }).click();
    expect((await shop.api.drop(drop.id)).state).toBe('open');
    await page.getByRole('button', { name: 'Cancel drop' }).click();
    // Under way it stays, whatever is pressed: what becomes of it has to be told.
    let answer = () => {};
    const isAnswered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/cancel', async (route) => {
      await isAnswered;
      await route.continue();
    });
    await dialog().getByRole('button', { name: 'Cancel drop' }).click();
    await dialog().locator('[aria-busy="true"]').waitFor();
    await page.evaluate(countClosings);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.evaluate('closings')).toBe(0);
    answer();
    await page.locator('.chip', { hasText: 'Cancelled' }).waitFor();
    await page.unroute('**/cancel');
    expect((await shop.api.drop(drop.id)).state).toBe('cancelled');
    // Its button is gone; who reads with their ears goes on where they were.
    await expectEventually(() => page.evaluate('document.activeElement.id'), 'drop-acts');
  });

  test('deleted while nobody has claimed it; afterwards that is refused', async () => {
    const unloved = await shop.api.newCoupon({ title: 'Never wanted' });
    const loved = await shop.api.newCoupon({ title: 'Much loved' });
    await page.goto(`${shop.url}/admin/drops/${unloved.id}/edit`);
    await page.getByRole('button', { name: 'Delete drop' }).click();
    await dialog().getByText('disappears for everyone').waitFor();
    await dialog().getByRole('button', { name: 'Delete drop' }).click();
    await page.waitForURL(/admin\/drops$/);
    await page.getByText('Much loved').waitFor();
    await expectEventually(() => page.getByText('Never wanted').count(), 0);

    await page.goto(`${shop.url}/admin/drops/${loved.id}/edit`);
    await page.getByRole('button', { name: 'Delete drop' }).click();
    await shop.api.claim(await shop.api.newPerson(), loved.id);
    await dialog().getByRole('button', { name: 'Delete drop' }).click();
    await dialog().getByText('cancel it instead').waitFor();
    await dialog().getByRole('button', { name: 'Not now' }).click();
    await expectEventually(() => page.getByRole('button', { name: 'Delete drop' }).isDisabled(), true);
  });

  test('the list: what is live, what opens when, what has ended, and only one kind of it', async () => {
    const opensAt = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 86_400_000).toISOString();
    await shop.api.newCoupon({ title: 'Twin one', opensAt });
    await shop.api.newProduct({ title: 'Twin two', opensAt });
    await shop.api.cancel((await shop.api.newCoupon({ title: 'Called off' })).id);
    await page.goto(`${shop.url}/admin/drops`);
    const together = page.locator('.opening').filter({ hasText: 'Twin one' });
    await together.getByText('2 open together').waitFor();
    await together.getByText('Twin two').waitFor();
    await page.getByRole('region', { name: 'Ended' }).getByText('Called off').waitFor();
    await page.getByLabel('Kind').selectOption('Product sales');
    await page.waitForURL(/kind=product/);
    await expectEventually(() => page.getByText('Twin one').count(), 0);
    await page.reload();
    await page.getByText('Twin two').waitFor();
    await expectEventually(() => page.getByText('Twin one').count(), 0);
  });

  test('more of what is over, when asked for', async () => {
    for (let number = 0; number < 21; number += 1)
      await shop.api.cancel((await shop.api.newCoupon({ title: `Old ${number}` })).id);
    await page.goto(`${shop.url}/admin/drops?kind=coupon`);
    const ended = page.getByRole('region', { name: 'Ended' });
    await ended.getByText('Old 20', { exact: true }).waitFor();
    const rows = ended.locator('.drop-row');
    await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(20);
    const before = await rows.count();
    await ended.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
    await ended.getByText('Old 0', { exact: true }).waitFor();
  });
});

describeInBrowser('looks of drops of administrators', () => {
  const shop = useShop();

  test('nothing yet', async () => {
    const [kind] = looks as [Look];
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/drops`);
    await page.locator('.empty').waitFor();
    await camera(page, kind)('admin-drops-none');
  });

  /** Everything that a list can hold. */
  async function fillShop(): Promise<DropView> {
    const noon = new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 7_200_000).toISOString();
    const { api } = shop;
    const drop = await api.newProduct({
      title: '새벽 에디션 무선 헤드폰',
      stock: 3,
      waitingLine: true,
      closesAt: fromNow(90_000),
    });
    for (let people = 0; people < 3; people += 1) await api.claim(await api.newPerson(), drop.id);
    for (let people = 0; people < 2; people += 1) await api.wait(await api.newPerson(), drop.id);
    await api.newCoupon({ title: '겨울맞이 전 상품 20% 쿠폰', stock: 500 });
    await api.newCoupon({ title: '첫 구매 5,000원 할인', opensAt: noon });
    await api.newProduct({ title: 'Stoneware cup, second batch', opensAt: noon });
    await api.newCoupon({ title: 'A coupon for winter', opensAt: fromNow(180_000) });
    await api.cancel((await api.newCoupon({ title: '주말 배송비 쿠폰' })).id);
    return drop;
  }

  let filled: Promise<DropView> | undefined;
  test.each(looks)('$name', async (kind) => {
    filled ??= fillShop();
    const drop = await filled;
    const name = (korean: string, english: string) => (kind.options.locale === 'ko-KR' ? korean : english);
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    const look = camera(page, kind);
    await page.goto(`${shop.url}/admin/drops`);
    await page.locator('.schedule').waitFor();
    await page.locator('.drop-row').first().waitFor();
    await look('admin-drops', true);

    await page.goto(`${shop.url}/admin/drops/new`);
    await page.locator('[name=title]').fill(name('겨울 담요 한정 판매', 'Winter blanket, one batch only'));
    await page.locator('textarea').fill(name('따뜻한 양모로 짠 담요예요.', 'Woven of warm wool.'));
    await page.locator('.picture-field input').setInputFiles(await photograph(page, 1_200, 800));
    await page.locator('.picture-field img').waitFor();
    await look('admin-form', true);
    await page.locator('.draft-preview input').nth(1).check({ force: true });
    await page.frameLocator('iframe').locator('.stage').waitFor();
    await settle(page);
    await page.locator('.draft-preview').scrollIntoViewIfNeeded();
    await look('admin-form-phone', false);
    await page.locator('.draft-preview input').nth(2).check({ force: true });
    await page.frameLocator('iframe').locator('.stage').waitFor();
    await settle(page);
    await page.locator('.draft-preview').scrollIntoViewIfNeeded();
    await look('admin-form-desktop', false);
    await page.locator('[name=title]').fill('');
    await page.locator('[name=stock]').fill('0');
    await page.locator('button[type=submit]').click();
    await page.locator('.mistakes').waitFor();
    await look('admin-form-mistakes', true);
    await page.locator('.site-head .brand').click();
    await page.locator('dialog').waitFor();
    await settle(page);
    await look('admin-form-leave', false);
    await page.locator('dialog [type=submit]').click();

    await page.goto(`${shop.url}/admin/drops/${drop.id}/edit`);
    await page.locator('.drop-acts').waitFor();
    await look('admin-edit', true);
    await page.locator('.drop-act button').nth(1).click();
    await page.locator('dialog').waitFor();
    await settle(page);
    await look('admin-cancel', false);

    const gone = await shop.api.newCoupon({ title: '취소될 쿠폰', opensAt: fromNow(3_600) });
    await page.goto(`${shop.url}/admin/drops/${gone.id}/edit`);
    await page.locator('[name=title]').fill(name('공들여 적은 제목', 'Typed with care'));
    await shop.api.cancel(gone.id);
    await page.locator('.drop-form-fields[disabled]').waitFor();
    await look('admin-edit-cancelled', true);
  });
});

/** The name of the field with the cursor. */
function focused(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.name');
}

/** A picture as a camera makes them, in size at least. */
async function photograph(page: Page, width: number, height: number) {
  const base64 = await page.evaluate(`new Promise((resolve) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: ${width}, height: ${height} });
    const context = canvas.getContext('2d');
    const sky = context.createLinearGradient(0, 0, ${width}, ${height});
    sky.addColorStop(0, '#2b4c7e');
    sky.addColorStop(1, '#f2a65a');
    context.fillStyle = sky;
    context.fillRect(0, 0, ${width}, ${height});
    context.fillStyle = '#fbe3a3';
    context.beginPath();
    context.arc(${width} * 0.7, ${height} * 0.45, ${height} * 0.2, 0, 7);
    context.fill();
    resolve(canvas.toDataURL('image/jpeg', 0.9).split(',')[1]);
  })`);
  return { name: 'photograph.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(String(base64), 'base64') };
}

/** Code for the page that makes a picture and brings it as `files`. */
function bringPicture(bring: string): string {
  return `new Promise((resolve) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
    canvas.toBlob((blob) => {
      const files = new DataTransfer();
      files.items.add(new File([blob], 'brought.png', { type: 'image/png' }));
      resolve(${bring});
    });
  })`;
}
