/** The live monitor of a drop: what it asks, what it shows, what it says when it is told nothing, and whether it stays smooth over an hour of figures. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { administrator, describeInBrowser, useShop } from './harness.ts';
import { camera, looks, settle } from './pictures.ts';
import { type PretendedSale, pretend, pretendedAnswer, pretendedSecond } from './pretended-sale.ts';
import { type DropView, fromNow } from './shop-api.ts';
import { expectEventually, signIn } from './steps.ts';

const secondsNow = () => Math.floor(Date.now() / 1000);

describeInBrowser('the live monitor', () => {
  const shop = useShop();
  let coming: DropView;
  let running: DropView;
  beforeAll(async () => {
    coming = await shop.api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 1000, opensAt: fromNow(4_000) });
    running = await shop.api.newProduct({ title: '새벽 에디션 무선 헤드폰', stock: 1000, waitingLine: true });
  });

  async function openMonitor(page: Page, drop: DropView): Promise<void> {
    await page.goto(`${shop.url}/admin/drops/${drop.id}`);
    await page.locator('.monitor .chart canvas').first().waitFor();
  }

  function saleOf(drop: DropView, change: Record<string, unknown> = {}, age = 40): PretendedSale {
    return { drop: { ...drop, ...change }, openedAt: secondsNow() - age };
  }

  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });

  test('asks for the last hour first, then each second for what is new; nothing while hidden, and at once when looked at again', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    const asked = await pretend(page, saleOf(running));
    await page.clock.install();
    await openMonitor(page, running);
    await expect.poll(() => asked.length).toBeGreaterThan(4);
    const known = [null, ...asked.map(({ told }) => told)];
    expect(asked.map(({ after }) => after)).toEqual(known.slice(0, asked.length));

    /** What the page asked before this is in the list afterwards. */
    const askSomethingElse = () => page.evaluate(`fetch('/readyz').then(({ status }) => status)`);
    await page.evaluate(`
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));`);
    await askSomethingElse();
    const before = asked.length;
    await page.clock.runFor(10_000);
    await askSomethingElse();
    expect(asked.length).toBe(before);
    await page.evaluate(`
      delete document.visibilityState;
      document.dispatchEvent(new Event('visibilitychange'));`);
    await expect.poll(() => asked.length).toBeGreaterThan(before);
  });

  test.each(['en-US', 'ko-KR'])('a server’s name is one word, on a phone too, in %s', async (locale) => {
    const page = await shop.openPage({ locale, viewport: { width: 360, height: 740 } });
    await signIn(page, shop.url, administrator);
    await pretend(page, saleOf(running));
    await openMonitor(page, running);
    await page.locator('tbody th', { hasText: 'gateway-1' }).waitFor();
    const lines = await page.evaluate(`(() => {
      const range = document.createRange();
      const cell = [...document.querySelectorAll('tbody th')].find(({ textContent }) => textContent.startsWith('gateway-1'));
      range.selectNodeContents(document.createTreeWalker(cell, NodeFilter.SHOW_TEXT).nextNode());
      return range.getClientRects().length;
    })()`);
    expect(lines).toBe(1);
  });

  test('the figures of the table are those of the range, and of the second that is pointed at', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    // Most was granted in the last five minutes, and little of it in the last one.
    const sale = saleOf(running, { remaining: 120, state: 'open' }, 100);
    await pretend(page, sale);
    await openMonitor(page, running);
    const grantedUntil = (last: number, seconds: number) => {
      let sum = 0;
      for (let second = last - seconds + 1; second <= last; second += 1)
        sum += pretendedSecond(second - sale.openedAt).granted;
      return sum.toLocaleString('en');
    };
    /** In the last so many seconds, as it stands now and stood a moment ago. */
    const isGranted = async (seconds: number) => {
      const shown = await row(page, 'Granted').locator('td').nth(2).textContent();
      return [0, 1, 2, 3, 4].some((ago) => grantedUntil(secondsNow() - ago, seconds) === shown);
    };
    await expectEventually(() => isGranted(300), true);
    await page.getByText('1 min', { exact: true }).click();
    await expectEventually(() => isGranted(60), true);

    const chart = page.getByRole('img', { name: 'Answers per second' });
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('there is no chart');
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
    await page.locator('th[data-pointed="true"]', { hasText: 'Per second' }).waitFor();
    // The figures move on under a cursor that stands still: the second and its figure are read together.
    const [head = '', soldOut] = await row(page, 'Sold out').evaluate((shown) =>
      [shown.closest('table')?.querySelector('thead'), shown.querySelector('td')].map(
        (part) => part?.textContent ?? '',
      ),
    );
    const time = /\d\d:\d\d:\d\d/.exec(head)?.[0];
    const pointed = Array.from({ length: 120 }, (_, back) => secondsNow() - back).find(
      (second) => new Date(second * 1000).toLocaleTimeString('en-GB', { timeZone: 'Asia/Seoul' }) === time,
    );
    expect(pointed).toBeDefined();
    const there = pretendedSecond(Number(pointed) - sale.openedAt);
    expect(soldOut).toBe(there.soldOut.toLocaleString('en'));
    expect(there.p50).toBeGreaterThan(0);
  });

  test('a server that does not answer is said to be silent, with the time of the figures; then it is live again', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    const sale = saleOf(running, { remaining: 120 });
    await pretend(page, sale);
    await openMonitor(page, running);
    await page.getByText(/^Live · as of \d\d:\d\d:\d\d$/).waitFor();
    await page.route(/\/monitor/, (route) => route.abort());
    await page.getByText(/^No answer from the server. Figures are from \d\d:\d\d:\d\d; trying again…$/).waitFor();
    await page.getByRole('status').getByText('The server does not answer. The figures are old.').waitFor();
    await expectEventually(() => page.locator('.monitor').getAttribute('data-stale'), 'true');
    await page.unroute(/\/monitor/);
    await pretend(page, sale);
    await page.getByText(/^Live · as of/).waitFor();
    await page.getByRole('status').getByText('The server answers again.').waitFor();
  });

  test('before the first figures it shows empty axes, and nothing moves when they come', async () => {
    const page = await shop.openPage();
    await signIn(page, shop.url, administrator);
    const sale = saleOf(running, { remaining: 120 });
    await pretend(page, sale);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\/monitor/, async (route) => {
      await released;
      await route.fulfill({ json: pretendedAnswer(sale, null) });
    });
    await openMonitor(page, running);
    await page.getByText(/^(Asking for the figures|No answer from the server yet)/).waitFor();
    const placesOf = () =>
      page.locator('.monitor :is(section, .chart)').evaluateAll((elements) =>
        elements.map((element) => {
          const { top, height } = element.getBoundingClientRect();
          return `${element.className} ${Math.round(top)} ${Math.round(height)}`;
        }),
      );
    const before = await placesOf();
    release();
    await page.getByText(/^Live · as of/).waitFor();
    const after = await placesOf();
    // Only the table of servers, at the very end, may grow.
    expect(after.slice(0, -2)).toEqual(before.slice(0, -2));
  });

  test('colours follow the theme, words the language', async () => {
    const page = await shop.openPage({ colorScheme: 'light' });
    await signIn(page, shop.url, administrator);
    await pretend(page, saleOf(running, { remaining: 120 }, 30));
    await openMonitor(page, running);
    await page.getByText(/^Live · as of/).waitFor();
    await page.route(/\/monitor/, (route) => route.abort());
    const picture = () =>
      page
        .locator('.chart canvas')
        .first()
        .evaluate((canvas) => (canvas as unknown as { toDataURL(): string }).toDataURL());
    await page.getByText(/^No answer/).waitFor();
    const light = await picture();
    await page.getByRole('button', { name: 'Theme: as the system' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).click();
    await expect.poll(picture).not.toBe(light);
    const dark = await picture();
    // Dark was chosen already: nothing is left to follow.
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
    expect(await picture()).toBe(dark);
    await page.getByRole('button', { name: '한국어로 보기' }).click();
    await page.getByRole('heading', { name: '초당 응답' }).waitFor();
  });

  test('an hour of figures is drawn anew each second without the page being held up', async () => {
    const page = await shop.openPage({ viewport: { width: 1280, height: 2400 } });
    await signIn(page, shop.url, administrator);
    const asked = await pretend(page, saleOf(running, { remaining: 0, state: 'sold_out' }, 3_000));
    await openMonitor(page, running);
    await page.getByText('1 hour').click();
    await page.getByText(/^Live · as of/).waitFor();
    // The page is all there.
    const { length } = asked;
    await expect.poll(() => asked.length).toBeGreaterThan(length + 1);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const measure = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      const value = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
      return { updates: asked.length, processorMs: value('ThreadTime') * 1000, busyMs: value('TaskDuration') * 1000 };
    };
    await page.evaluate(`
      globalThis.longTasks = [];
      new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
        .observe({ type: 'longtask' });`);
    const before = await measure();
    await expect.poll(() => asked.length - before.updates, { timeout: 90_000, interval: 100 }).toBeGreaterThan(10);
    const after = await measure();
    const updates = after.updates - before.updates;
    const processorMs = (after.processorMs - before.processorMs) / updates;
    const busyMs = (after.busyMs - before.busyMs) / updates;
    const longTasks = (await page.evaluate('globalThis.longTasks')) as number[];
    console.log(
      `A second of an hour's charts costs the page ${processorMs.toFixed(1)} ms of processor time (${busyMs.toFixed(1)} ms by the clock); ` +
        `${longTasks.length} tasks of over 50 ms in ${updates} updates (${longTasks.map(Math.round).join(', ')} ms).`,
    );
    // By the clock it depends on who else uses the machine; that is told only.
    expect(processorMs).toBeLessThan(50);
  });

  test('in a contrast theme the figures keep the colours by which the charts are read, and the bar says where one is', async () => {
    const page = await shop.openPage();
    await page.emulateMedia({ forcedColors: 'active' });
    await signIn(page, shop.url, administrator);
    await pretend(page, saleOf(running, { remaining: 412, state: 'open' }, 60));
    await openMonitor(page, running);
    await page.locator('.freshness[data-is="fresh"]').waitFor();
    const colours = await page
      .locator('.swatch')
      .evaluateAll((swatches) =>
        swatches.map((swatch) => swatch.ownerDocument.defaultView?.getComputedStyle(swatch).backgroundColor),
      );
    expect(new Set(colours).size).toBeGreaterThan(4);
    const here = page.locator('.admin-bar [aria-current]');
    expect(
      await here.evaluate((link) => link.ownerDocument.defaultView?.getComputedStyle(link).textDecorationLine),
    ).toBe('underline');
  });

  test.each(looks)('looks of the monitor, $name', async (kind) => {
    const page = await shop.openPage(kind.options);
    await signIn(page, shop.url, administrator);
    const photograph = camera(page, kind);
    // As high as the page: what is not seen is not drawn.
    const look = async (title: string): Promise<void> => {
      const { width = 0, height = 0 } = page.viewportSize() ?? {};
      const whole = Number(await page.evaluate('document.documentElement.scrollHeight'));
      await page.setViewportSize({ width, height: whole });
      await settle(page);
      await photograph(title, false);
      await page.setViewportSize({ width, height });
    };
    const show = async (title: string, sale: PretendedSale): Promise<void> => {
      await page.unrouteAll();
      await pretend(page, sale);
      await openMonitor(page, sale.drop);
      await page.locator('.freshness[data-is="fresh"]').waitFor();
      await look(title);
    };
    await show('monitor-coming', { drop: { ...coming }, openedAt: secondsNow() + 4_000 });
    await show('monitor-open', {
      ...saleOf(running, { remaining: 412, state: 'open' }, 9),
      states: { held: 530, confirmed: 58 },
      totals: { paid: { count: 58, amount: 58 * 189_000 }, pendingPayments: 12 },
    });
    await show('monitor-sold-out', {
      ...saleOf(running, { remaining: 0, state: 'sold_out', waiting: 2_310 }, 120),
      states: { held: 188, confirmed: 812, expired: 31, returned: 4 },
      totals: { waiting: 2_310, paid: { count: 812, amount: 812 * 189_000 }, pendingPayments: 3 },
    });
    await show('monitor-all-paid', {
      ...saleOf(running, { remaining: 0, state: 'sold_out' }, 900),
      states: { held: 0, confirmed: 1_000, expired: 214, returned: 9 },
      totals: { paid: { count: 1_000, amount: 189_000_000 } },
    });
    await page.route(/\/monitor/, (route) => route.abort());
    await page.locator('.freshness[data-is="stale"]').waitFor();
    await look('monitor-stale');
    await page.reload();
    await page.locator('.freshness[data-is="stale"]').waitFor();
    await look('monitor-no-figures');
  });
});
