/**
 * What a visit weighs, in a real browser with an empty cache; whose code it loads; and whether a CDN may keep it. A hundred thousand people load a drop's page in the
 * minutes before it opens, many over a phone's network.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { routesOf } from '../pictures/routes.ts';
import { administrator, describeInBrowser, root, useShop } from './harness.ts';
import type { Person } from './shop-api.ts';
import { pressButton, signIn, waitUntilLive, waitUntilPressable } from './steps.ts';
import { type Exchange, listenToTraffic } from './traffic.ts';

const scriptBytesMax = 40_000;
const bytesMax = 120_000;
const isScript = ({ type }: Exchange) => type.endsWith('javascript');
const isPicture = ({ type }: Exchange) => type.startsWith('image/');
const sum = (bytes: number[]) => bytes.reduce((total, each) => total + each, 0);

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
  dynamicImports?: string[];
}

/** The files that are reached through the administrators' pages only. */
function administratorsFiles(): Set<string> {
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(join(root, 'web/dist/.vite/manifest.json'), 'utf8'));
  const reach = (name: string, seen: Set<string>, without?: string): Set<string> => {
    const chunk = manifest[name];
    if (!chunk || name === without || seen.has(name)) return seen;
    seen.add(name);
    for (const next of [...(chunk.imports ?? []), ...(chunk.dynamicImports ?? [])]) reach(next, seen, without);
    return seen;
  };
  const entrance = 'src/admin/AdminPage.tsx';
  const buyers = reach('index.html', new Set(), entrance);
  const names = [...reach(entrance, new Set())].filter((name) => !buyers.has(name));
  return new Set(names.flatMap((name) => [manifest[name]?.file ?? '', ...(manifest[name]?.css ?? [])]));
}

describeInBrowser('the weight', () => {
  const shop = useShop();
  let dropId: string;
  beforeAll(async () => {
    dropId = (await shop.api.newCoupon({ title: 'Winter coupon', stock: 1000, perUserLimit: 3 })).id;
  });

  async function visitDrop(page: Page): Promise<Exchange[]> {
    const traffic = await listenToTraffic(page);
    await page.goto(`${shop.url}/drops/${dropId}`);
    await page.getByRole('heading', { name: 'Winter coupon' }).waitFor();
    await waitUntilLive(page);
    await page.waitForLoadState('networkidle');
    return traffic;
  }

  test.each(['en-US', 'ko-KR'])('of a first visit to a drop’s page, in %s', async (locale) => {
    const traffic = await visitDrop(await shop.openPage({ locale }));
    const counted = traffic.filter((exchange) => !isPicture(exchange));
    const scripts = counted.filter(isScript);
    const scriptBytes = sum(scripts.map(({ bodyBytes }) => bodyBytes));
    const bytes = sum(counted.map(({ wireBytes }) => wireBytes));
    const list = counted
      .sort((left, right) => right.wireBytes - left.wireBytes)
      .map(({ path, bodyBytes, wireBytes }) => `${wireBytes} (body ${bodyBytes}) ${path}`)
      .join('\n');
    console.log(`A first visit (${locale}): ${scriptBytes} B of JavaScript, ${bytes} B in ${counted.length} requests.`);
    expect(scripts.length, list).toBeGreaterThan(1);
    // What is counted is what lies there, packed.
    for (const { path, headers, bodyBytes } of scripts) {
      expect(['gzip', undefined], path).toContain(headers['content-encoding']);
      expect(bodyBytes, path).toBeGreaterThan(0.9 * gzipSync(readFileSync(join(root, 'web/dist', path))).length);
    }
    expect(scriptBytes, list).toBeLessThan(scriptBytesMax);
    expect(bytes, list).toBeLessThan(bytesMax);
    expect(traffic.filter(({ isFromCache }) => isFromCache)).toEqual([]);
  });

  test('a second visit loads none of the files anew, and the page itself only when it has changed', async () => {
    const page = await shop.openPage();
    const first = await visitDrop(page);
    const files = first.filter(({ path }) => path.startsWith('/assets/')).map(({ path }) => path);
    expect(files.length).toBeGreaterThan(2);
    const again = await visitDrop(await shop.openTab(page));
    const loaded = again.filter(({ isFromCache, path }) => path.startsWith('/assets/') && !isFromCache);
    expect(loaded.map(({ path }) => path)).toEqual([]);

    const { headers } = await fetch(`${shop.url}/drops/${dropId}`);
    expect(headers.get('cache-control')).toBe('no-cache');
    const tag = headers.get('etag') ?? '';
    for (const known of [tag, `W/${tag}`, `"older", ${tag}`]) {
      const unchanged = await fetch(shop.url, { headers: { 'if-none-match': known } });
      expect([unchanged.status, await unchanged.text()]).toEqual([304, '']);
    }
    expect((await fetch(shop.url, { headers: { 'if-none-match': '"older"' } })).status).toBe(200);
  });

  test('a CDN may keep every file for ever, the same for everybody', async () => {
    const page = await shop.openPage();
    const traffic = await visitDrop(page);
    const person = await shop.api.newPerson();
    const identity = { authorization: `Bearer ${person.token}`, cookie: 'doorbuster_refresh=something' };
    const files = traffic.map(({ path }) => path).filter((path) => path.startsWith('/assets/'));
    expect(files.length).toBeGreaterThan(2);
    for (const path of files) {
      const guest = await fetch(shop.url + path);
      expect(guest.headers.get('cache-control'), path).toBe('public, max-age=31536000, immutable');
      expect(guest.headers.get('set-cookie'), path).toBeNull();
      expect(['accept-encoding', null], path).toContain(guest.headers.get('vary')?.toLowerCase() ?? null);
      expect(guest.headers.get('etag'), path).not.toBeNull();
      const member = await fetch(shop.url + path, { headers: identity });
      expect(member.headers.get('set-cookie'), path).toBeNull();
      expect(member.headers.get('etag'), path).toBe(guest.headers.get('etag'));
      expect(await member.text(), path).toBe(await guest.text());
    }
  });

  async function filesOfEveryPage(page: Page, person: Person): Promise<string[]> {
    const coupon = await shop.api.claim(person, dropId);
    const product = await shop.api.newProduct({ stock: 5 });
    const slot = await shop.api.claim(person, product.id);
    const { id: payment } = await shop.api.pay(person, slot.grantId, `pays-${slot.grantId}`);
    const ids: Record<string, string> = {
      drops: dropId,
      coupons: coupon.grantId,
      slots: slot.grantId,
      receipts: payment,
    };
    const routes = routesOf(join(root, 'web/src/application.tsx')).map(({ path }) => path);
    const addresses = routes
      .filter((path) => !path.startsWith('/admin'))
      .map((path) => path.replace(/:\w+/, ids[path.split('/')[1] ?? ''] ?? 'nothing'));
    expect(addresses.length).toBeGreaterThan(10);
    const files: string[] = [];
    page.on('response', (response) => files.push(new URL(response.url()).pathname.slice(1)));
    for (const address of addresses) {
      await page.goto(shop.url + address);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      await page.waitForLoadState('networkidle');
    }
    await page.goto(`${shop.url}/drops/${dropId}`);
    await waitUntilPressable(page);
    await pressButton(page).click();
    await page.locator('.win-ticket').waitFor();
    await page.waitForLoadState('networkidle');
    return files;
  }

  test('administrators’ code is loaded by them, and by no buyer on any page', async () => {
    const theirs = administratorsFiles();
    expect(theirs.size).toBeGreaterThan(3);
    const buyer = await shop.openPage();
    const person = await shop.api.newPerson();
    await signIn(buyer, shop.url, person);
    const files = await filesOfEveryPage(buyer, person);
    expect(files.filter((file) => /\.js$/.test(file)).length).toBeGreaterThan(10);
    expect(files.filter((file) => theirs.has(file))).toEqual([]);

    const keeper = await shop.openPage();
    await signIn(keeper, shop.url, administrator);
    await keeper.goto(shop.url);
    await keeper.getByRole('link', { name: 'Manage' }).first().waitFor();
    const loaded: string[] = [];
    keeper.on('response', (response) => loaded.push(new URL(response.url()).pathname.slice(1)));
    await keeper.getByRole('link', { name: 'Manage' }).first().click();
    await expect.poll(() => loaded.filter((file) => theirs.has(file)).length).toBeGreaterThan(0);
  });
});
