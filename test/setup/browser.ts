/** Runs once before the browser tests, if any of them was chosen: builds the pages where that was not done, finds the browser and tells them where it is (`inject('chromium')`). Their pictures are shown in one page afterwards. */
import type { TestProject } from 'vitest/node';
import { writeAlbum } from '../browser/album.ts';
import { findChromium } from '../servers/chromium.ts';
import { buildPages } from './build-pages.ts';
import { missing } from './missing.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of Chromium. */
    chromium: string | undefined;
  }
}

export default function provideBrowser(project: TestProject): () => void {
  const chromium = findChromium();
  if (!chromium) missing('Chromium', 'the browser tests', 'install it, or set CHROMIUM to its path');
  project.provide('chromium', chromium);
  buildPages();
  return writeAlbum;
}
