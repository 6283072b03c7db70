/** The till: a coupon's code is typed, scanned by hand or read by the camera; it is used once, after being asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, openBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import { cameraOf, filmQr } from './qr-film.ts';
import type { Person } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const shown = (code: string) => (code.match(/.{4}/g) ?? []).join('-');

describeInBrowser('till', () => {
  const shop = useShop();
  const films = mkdtempSync(join(tmpdir(), 'doorbuster-films-'));
  afterAll(() => rmSync(films, { recursive: true, force: true }));

  async function newCoupon(): Promise<{ person: Person; grantId: string; code: string }> {
    const drop = await shop.api.newCoupon({ title: 'Winter coupon', stock: 5 });
    const person = await shop.api.newPerson();
    const { grantId, code } = await shop.api.claim(person, drop.id);
    return { person, grantId, code };
  }

  async function atTill(page: Page): Promise<Page> {
    await signIn(page, shop.url, administrator);
    await page.goto(`${shop.url}/admin/coupons`);
    // Whoever holds a scanner need not press anything first.
    await expectEventually(() => page.evaluate('document.activeElement.name'), 'code');
    return page;
  }

  /** A till before whose camera somebody holds this. */
  async function withCamera<T>(text: string, look: (page: Page) => Promise<T>, options: BrowserContextOptions = {}) {
    const film = join(films, `${text.replace(/\W/g, '')}.y4m`);
    filmQr(film, text);
    const browser = await openBrowser(cameraOf(film));
    try {
      const context = await browser.newContext({ locale: 'en-US', permissions: ['camera'], ...options });
      return await look(await context.newPage());
    } finally {
      await browser.close();
    }
  }

  const isCameraOn = (page: Page) =>
    page.evaluate('(globalThis.tracks ?? []).some((track) => track.readyState === "live")');
  /** Remembers what the page opened. */
  const watchCamera = (page: Page) =>
    page.addInitScript(`{
      globalThis.tracks = [];
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await open(wanted);
        globalThis.tracks.push(...stream.getTracks());
        return stream;
      };
    }`);

  test('typed as people type, looked up, used after being asked once, and not twice', async () => {
    const { person, grantId, code } = await newCoupon();
    const page = await atTill(await shop.openPage());
    const field = page.getByLabel('Coupon code');
    await field.fill('nonsense');
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('This is not a code').waitFor();

    // The last character checks the others.
    await field.fill(`${code.slice(0, -1)}${code.endsWith('Z') ? 'Y' : 'Z'}`);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('This is not a code').waitFor();

    await field.fill(code.toLowerCase().replaceAll('1', 'l').replaceAll('0', 'o'));
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Good: can be used').waitFor();
    await page.getByText(person.username).waitFor();
    await page.getByLabel('Reference').fill('Receipt 88');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Use this coupon' }).click();
    await dialog.getByText(`“Winter coupon” of ${person.username} counts as used from then on`).waitFor();
    await dialog.getByRole('button', { name: 'Not now' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await shop.api.grant(person, grantId)).state).toBe('usable');
    await page.getByRole('button', { name: 'Use this coupon' }).click();
    await expectEventually(() => dialog.locator('code').textContent(), code.replaceAll('-', ''));
    await dialog.getByRole('button', { name: 'Use this coupon' }).click();
    await page.getByText('Done: you have just used it').waitFor();
    await expectEventually(() => page.getByText('Used already').count(), 0);
    await expectEventually(() => page.evaluate('document.activeElement.textContent'), 'Next coupon');
    expect(await shop.api.grant(person, grantId)).toMatchObject({ state: 'used', reference: 'Receipt 88' });

    await page.getByRole('button', { name: 'Next coupon' }).click();
    await field.fill(code);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Used already').waitFor();
    await expectEventually(() => page.getByRole('button', { name: 'Use this coupon' }).count(), 0);
  });

  test('typing another code puts the coupon before away', async () => {
    const { code } = await newCoupon();
    const page = await atTill(await shop.openPage());
    await page.getByLabel('Coupon code').fill(code);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Good: can be used').waitFor();
    await page.getByLabel('Coupon code').fill(shown(code).toLowerCase());
    await page.getByText('Good: can be used').waitFor();
    await page.getByLabel('Coupon code').fill('ZZZZ');
    await expectEventually(() => page.getByRole('button', { name: 'Use this coupon' }).count(), 0);
  });

  test('a hand scanner types and presses Enter, one coupon after the other', async () => {
    const [one, other] = [await newCoupon(), await newCoupon()];
    const page = await atTill(await shop.openPage());
    for (const { code, person } of [one, other]) {
      await page.keyboard.type(shown(code));
      await page.keyboard.press('Enter');
      await page.locator('.found-coupon').getByText(person.username, { exact: true }).waitFor();
      await page.getByText('Good: can be used').waitFor();
    }
  });

  test('used elsewhere meanwhile: said in words', async () => {
    const { person, grantId, code } = await newCoupon();
    const page = await atTill(await shop.openPage());
    await page.getByLabel('Coupon code').fill(code);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('Good: can be used').waitFor();
    await shop.api.use(person, grantId);
    await page.getByRole('button', { name: 'Use this coupon' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Use this coupon' }).click();
    await page.getByText('This coupon has been used already.').waitFor();
  });

  test('the camera reads a coupon, and is off then', async () => {
    const { person, code } = await newCoupon();
    await withCamera(shown(code), async (page) => {
      await watchCamera(page);
      await atTill(page);
      await page.getByRole('button', { name: 'Scan with the camera' }).click();
      await page.getByText('Good: can be used').waitFor();
      await page.locator('.found-coupon').getByText(person.username, { exact: true }).waitFor();
      await expectEventually(() => page.getByLabel('Coupon code').inputValue(), shown(code));
      await expectEventually(() => isCameraOn(page), false);
    });
  });

  test('what is no coupon is said; the camera goes off when stopped, and on another page', async () => {
    await withCamera('https://example.org/', async (page) => {
      await watchCamera(page);
      await atTill(page);
      const scan = page.getByRole('button', { name: 'Scan with the camera' });
      await scan.click();
      await page.getByText('not of a coupon').waitFor();
      await expectEventually(() => isCameraOn(page), true);
      await page.getByRole('button', { name: 'Stop the camera' }).click();
      await expectEventually(() => isCameraOn(page), false);
      await scan.click();
      await page.getByText('not of a coupon').waitFor();
      await page.getByRole('link', { name: 'Deliveries' }).click();
      await page.getByRole('heading', { name: 'What was sent' }).waitFor();
      await expectEventually(() => isCameraOn(page), false);
      await page.goBack();
      await scan.click();
      await page.getByText('not of a coupon').waitFor();
      await page.evaluate(`{
        Object.defineProperty(document, 'hidden', { value: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }`);
      await expectEventually(() => isCameraOn(page), false);
    });
  });

  test.each([
    ['no secure page', 'Object.defineProperty(navigator, "mediaDevices", { value: undefined })', 'https:// pages only'],
    ['not allowed', refusing('NotAllowedError'), 'Allow it in the browser'],
    ['no camera', refusing('NotFoundError'), 'No camera was found'],
    ['in use', refusing('NotReadableError'), 'Another program uses the camera'],
  ])('without a camera one is told what to do: %s', async (_name, script, text) => {
    const page = await shop.openPage();
    await page.addInitScript(script);
    await atTill(page);
    await page.getByRole('button', { name: 'Scan with the camera' }).click();
    await page.getByRole('alert').filter({ hasText: text }).waitFor();
    await page.getByRole('button', { name: 'Scan with the camera' }).waitFor();
  });

  test.each(looks)('looks of the till, $name', async (kind) => {
    const { code } = await newCoupon();
    await withCamera(
      'https://example.org/',
      async (page) => {
        const look = camera(page, kind);
        await signIn(page, shop.url, administrator);
        await page.goto(`${shop.url}/admin/coupons`);
        await page.locator('.scanner > button').click();
        await expectEventually(() => page.evaluate('document.querySelector("video")?.videoWidth > 0'), true);
        await settle(page);
        await look('till-camera', true);
        await page.locator('.scanner-camera button').click();
        await page.locator('[name=code]').fill(code);
        await page.locator('form button[type=submit]').click();
        await page.locator('.found-coupon form button').click();
        await page.locator('dialog').waitFor();
        await settle(page);
        await look('till-use', false);
        await page.locator('dialog [type=submit]').click();
        await page.locator('.found-coupon[data-state=done]').waitFor();
        await look('till-done', true);
      },
      kind.options,
    );
  });
});

function refusing(name: string): string {
  return `Object.defineProperty(navigator, 'mediaDevices', {
    value: { getUserMedia: () => Promise.reject(new DOMException('no', '${name}')) },
  })`;
}
