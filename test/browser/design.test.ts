/** The design system's page: there while one works on it, complete and free of complaints; and not in what is built. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../ops/servers/free-port.ts';
import { takePicture } from './album.ts';
import { describeInBrowser, root, useBrowser } from './harness.ts';
import { looks } from './pictures.ts';
import { expectEventually } from './steps.ts';

test('what is built holds nothing of the design page', () => {
  const distribution = join(root, 'web/dist');
  const files = readdirSync(distribution, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.(js|css|html|json)$/.test(file),
  );
  expect(files.length).toBeGreaterThan(20);
  const marks = /gallery|specimen|DesignPage/;
  expect(
    files.filter((file) => marks.test(file) || marks.test(readFileSync(join(distribution, file), 'utf8'))),
  ).toEqual([]);
});

describeInBrowser('the design page', () => {
  const browser = useBrowser();
  const cacheDir = mkdtempSync(join(tmpdir(), 'doorbuster-design-'));
  let vite: ViteDevServer;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    // By itself: no server of ours is behind it.
    vite = await createServer({
      configFile: join(root, 'web/vite.config.ts'),
      cacheDir,
      logLevel: 'error',
      server: { host: '127.0.0.1', port, strictPort: true },
    });
    await vite.listen();
    url = `http://127.0.0.1:${port}/design`;
  });
  afterAll(async () => {
    await vite?.close();
    rmSync(cacheDir, { recursive: true, force: true });
  });

  test.each(looks)('shows everything, with enough contrast, $name', async ({ name, options }) => {
    const page = await browser.openPage(options);
    await page.goto(url);
    await page.locator('.swatch[data-enough]').first().waitFor();
    await page.locator('.gallery .qr-code').first().waitFor();
    await expectEventually(() => page.locator('.swatch:not([data-enough="true"])').count(), 0);
    const moods = page.locator('[data-side="dark"] .stage[data-mood]');
    await expectEventually(
      () => moods.evaluateAll((stages) => [...new Set(stages.map((stage) => stage.getAttribute('data-mood')))].sort()),
      ['coming', 'line', 'lost', 'open', 'over', 'waiting', 'won'],
    );
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
      .toBeLessThan(1);
    await takePicture(page, name, 'design', true);

    const opener = page.locator('[data-side="light"] .specimen', { hasText: 'dangerous' }).getByRole('button');
    await opener.click();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    await expect.poll(() => opener.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
  });
});
