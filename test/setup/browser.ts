/**
 * Runs once before the browser tests, if any of them was chosen: builds the pages where that was not done, finds the browser and tells them where it is
 * (`inject('chromium')`), and makes a shop in which nothing has happened yet, of which each file of tests takes a copy (`inject('newShop')`): a new database
 * costs several seconds. Their pictures are shown in one page afterwards.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { writeAlbum } from '../browser/album.ts';
import { startShopServer } from '../browser/shop-server.ts';
import { findChromium } from '../servers/chromium.ts';
import { buildPages } from './build-pages.ts';
import { missing } from './missing.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of Chromium. */
    chromium: string | undefined;
    /** A data folder. */
    newShop: string | undefined;
  }
}

export default async function provideBrowser(project: TestProject): Promise<() => void> {
  buildPages();
  const chromium = findChromium();
  project.provide('chromium', chromium);
  if (!chromium) {
    missing('Chromium', 'the browser tests', 'install it, or set CHROMIUM to its path');
    return () => {};
  }
  const newShop = mkdtempSync(join(tmpdir(), 'doorbuster-new-shop-'));
  const server = await startShopServer(newShop);
  await server.stop();
  project.provide('newShop', newShop);
  return () => {
    rmSync(newShop, { recursive: true, force: true });
    writeAlbum();
  };
}
