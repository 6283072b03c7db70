/** The folder of pictures, `screenshots/`: what was photographed where, and a page with all of them for people to look at. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'screenshots');
const list = join(folder, 'pictures.jsonl');

export interface Picture {
  /** Device, theme and language. */
  readonly look: string;
  readonly title: string;
  /** Of the page's address. */
  readonly path: string;
  readonly takenAt: number;
}

export async function takePicture(page: Page, look: string, title: string, fullPage = false): Promise<Buffer> {
  mkdirSync(folder, { recursive: true });
  const bytes = await page.screenshot({ path: join(folder, fileOf({ look, title })), fullPage });
  const picture: Picture = { look, title, path: new URL(page.url()).pathname, takenAt: Date.now() };
  appendFileSync(list, `${JSON.stringify(picture)}\n`);
  return bytes;
}

/** The pictures of the pages as they are built now; older ones show what is no more. */
export function currentPictures(): Picture[] {
  const builtAt = statSync(join(root, 'web/dist/index.html')).mtimeMs;
  return allPictures().filter(({ takenAt }) => takenAt > builtAt);
}

/** Each page in its looks, beside each other. */
export function writeAlbum(): void {
  const pictures = allPictures().filter((picture) => existsSync(join(folder, fileOf(picture))));
  if (pictures.length === 0) return;
  const pages = Map.groupBy(pictures, ({ path }) => pageOf(path));
  const sections = [...pages.keys()].sort().map((page) => {
    const titles = Map.groupBy(pages.get(page) ?? [], ({ title }) => title);
    const rows = [...titles].map(
      ([title, shown]) => `<h3>${title}</h3>\n<div class="looks">${shown.sort(byLook).map(figure).join('\n')}</div>`,
    );
    return `<section><h2>${page}</h2>\n${rows.join('\n')}</section>`;
  });
  writeFileSync(join(folder, 'index.html'), `${head}\n${sections.join('\n')}\n`);
  writeFileSync(list, pictures.map((picture) => `${JSON.stringify(picture)}\n`).join(''));
}

/** The last one of each name. */
function allPictures(): Picture[] {
  const lines = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [];
  const pictures = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Picture);
  return [...new Map(pictures.map((picture) => [fileOf(picture), picture])).values()];
}

function fileOf({ look, title }: Pick<Picture, 'look' | 'title'>): string {
  return `${look}-${title}.png`;
}

/** Ids and tokens say nothing about which page it is. */
function pageOf(path: string): string {
  return path.replaceAll(/\/[^/]*\d[^/]*/g, '/…');
}

const byLook = (left: Picture, right: Picture): number => left.look.localeCompare(right.look);

function figure(picture: Picture): string {
  const file = fileOf(picture);
  const device = picture.look.startsWith('phone') ? 'phone' : 'desktop';
  return `<a href="${file}" class="${device}"><img src="${file}" alt="${picture.title}" loading="lazy">${picture.look}</a>`;
}

const head = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Doorbuster, pictures of all pages</title>
<style>
  body { margin: 2rem; background: #77736c; color: #fff; font: 1rem system-ui, sans-serif; }
  h2 { margin: 3rem 0 0; font-size: 1.4rem; }
  h3 { margin: 1rem 0 0.5rem; font-size: 1rem; font-weight: normal; }
  .looks { display: flex; gap: 1rem; align-items: start; overflow-x: auto; }
  a { flex: none; color: inherit; font-size: 0.8rem; }
  img { display: block; width: 100%; margin-bottom: 0.3rem; border-radius: 0.3rem; }
  .phone { width: 15rem; }
  .desktop { width: 32rem; }
</style>
<h1>Pages</h1>`;
