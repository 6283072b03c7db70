/**
 * What the browser tests stand on: a real server of their own (own data folder, own port) and a real Chromium, for a whole file of tests (`useShop`).
 * Without Chromium the tests are skipped aloud; in CI the global setup fails instead.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject } from 'vitest';
import { freePort } from '../../ops/servers/free-port.ts';
import { openGate } from './gate.ts';
import { pace, slowHandsMs, wayMs } from './pace.ts';
import { patienceMs, startMsMax } from './patience.ts';
import { ShopApi } from './shop-api.ts';
import { administrator, startShopServer } from './shop-server.ts';

export { administrator };

export const root = fileURLToPath(new URL('../..', import.meta.url));
const chromiumPath = inject('chromium');

export const describeInBrowser = describe.skipIf(chromiumPath === undefined);

interface Server {
  readonly url: string;
  readonly port: number;
  readonly api: ShopApi;
  stop(): Promise<void>;
}

export interface Windows {
  readonly browser: Browser;
  /** A page with cookies and storage of its own. What it complains of fails the test. */
  openPage(options?: BrowserContextOptions): Promise<Page>;
  /** Another tab of the same person. */
  openTab(page: Page): Promise<Page>;
}

export interface Shop extends Windows, Omit<Server, 'stop'> {}

/** A server and a browser for the tests of this file. Pages that a test opens are closed after it, those opened before all tests after all. */
export function useShop(environment: () => Record<string, string> = () => ({})): Shop {
  const shop = {} as { -readonly [Key in keyof Shop]: Shop[Key] };
  let server: Server | undefined;
  beforeAll(async () => {
    server = await startServer(environment());
    Object.assign(shop, server);
  });
  afterAll(() => server?.stop());
  useBrowser(shop);
  return shop;
}

/** A browser alone, for pages that come from elsewhere. */
export function useBrowser(windows = {} as { -readonly [Key in keyof Windows]: Windows[Key] }): Windows {
  const complaints: string[] = [];
  let contexts: BrowserContext[] = [];
  const watched = (page: Page): Page => {
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // The browser reports every refusal (409) and cut connection itself; those are what the tests are about.
      const isExpected = /Failed to load resource|WebSocket connection/.test(message.text());
      if (message.type() === 'error' && !isExpected) complaints.push(message.text());
    });
    return page;
  };
  windows.openPage = async (options) => {
    const context = await windows.browser.newContext({ locale: 'en-US', timezoneId: 'Asia/Seoul', ...options });
    contexts.push(context);
    context.setDefaultTimeout(patienceMs);
    return watched(await context.newPage());
  };
  windows.openTab = async (page) => watched(await page.context().newPage());

  beforeAll(async () => {
    windows.browser = await openBrowser();
  });
  afterAll(() => windows.browser?.close());
  beforeEach(() => {
    contexts = [];
  });
  afterEach(async () => {
    for (const context of contexts) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  return windows;
}

async function startServer(environment: Record<string, string>): Promise<Server> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'doorbuster-browser-'));
  cpSync(inject('newShop') ?? '', dataDirectory, { recursive: true });
  const serverPort = await freePort();
  const way = pace === 'hurried' ? await openGate(serverPort) : undefined;
  way?.delay(wayMs, wayMs);
  const publicUrl: Record<string, string> = way ? { PUBLIC_URL: way.url } : {};
  const server = await startShopServer(dataDirectory, { ...publicUrl, ...environment }, serverPort);
  const api = new ShopApi(server.url);
  await api.signInAsAdministrator(administrator.username, administrator.password);
  return {
    url: way?.url ?? server.url,
    port: way?.port ?? server.port,
    api,
    async stop() {
      await way?.close();
      await server.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** `args`: beside the usual ones. */
export function openBrowser(args: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error('there is no Chromium');
  return chromium.launch({
    executablePath: chromiumPath,
    timeout: startMsMax,
    slowMo: pace === 'settled' ? slowHandsMs : 0,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  });
}

export const phone: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
