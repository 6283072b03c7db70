/**
 * How well a page knows the server's clock, on devices whose own is wrong, and what of it one sees. Browser and server are on one machine here, so its clock says how
 * far the page is off; of several tries the median counts, because in a single one the machine may have been busy with something else. A network that is slower in one direction cannot be told from a clock that is off by half the difference: nobody can do better than that.
 */
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Gate, openGate } from './gate.ts';
import { describeInBrowser, useShop } from './harness.ts';
import { fromNow } from './shop-api.ts';
import { waitUntilLive } from './steps.ts';

const errorMsMax = 50;
const minutes = 60_000;
const devices: [name: string, aheadMs: number][] = [
  ['right', 0],
  ['37 minutes fast', 37 * minutes],
  ['two hours slow', -120 * minutes],
];

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const sizes = (errors: number[]): number[] => errors.map(Math.abs);
const told = (errors: number[]): string =>
  `${errors.length} samples, median ${median(sizes(errors)).toFixed(1)} ms, at most ${Math.max(...sizes(errors)).toFixed(1)} ms`;

describeInBrowser('the clock', () => {
  const shop = useShop();
  let gate: Gate;
  beforeEach(async () => {
    gate = await openGate(shop.port);
  });
  afterEach(() => gate.close());

  /** A page on a device whose clock is ahead, and how often the server has told it the time. */
  async function openDevice(aheadMs: number): Promise<{ page: Page; pongs: () => number }> {
    const page = await shop.openPage();
    await page.addInitScript(`{ trueNow = Date.now.bind(Date); Date.now = () => trueNow() + ${aheadMs}; }`);
    let pongs = 0;
    page.on('websocket', (socket) => {
      pongs = 0;
      socket.on('framereceived', ({ payload }) => {
        if (String(payload).startsWith('{"type":"pong"')) pongs += 1;
      });
    });
    return { page, pongs: () => pongs };
  }

  /** How far a page is off after its first four questions, each time anew. */
  async function errorsOf(aheadMs: number, times: number): Promise<number[]> {
    const drop = await shop.api.newCoupon({ opensAt: fromNow(3600) });
    const { page, pongs } = await openDevice(aheadMs);
    const errors: number[] = [];
    for (let time = 0; time < times; time += 1) {
      await page.goto(`${gate.url}/drops/${drop.id}`);
      await waitUntilLive(page);
      await expect.poll(pongs).toBeGreaterThanOrEqual(4);
      // What the page keeps for its next load: the server's clock less the device's.
      const kept = await page.evaluate(`sessionStorage.getItem('doorbuster.clock')`);
      expect(kept).not.toBeNull();
      errors.push(Number(kept) + aheadMs);
      await page.evaluate('sessionStorage.clear()');
    }
    return errors;
  }

  test.each(devices)('of the server is known on a device whose own is %s', async (name, aheadMs) => {
    const errors = await errorsOf(aheadMs, 5);
    console.log(`On a device whose clock is ${name}: ${told(errors)}.`);
    expect(median(sizes(errors))).toBeLessThan(errorMsMax);
  });

  test('is known over a network that holds up some of what is said', async () => {
    // Of any four questions one is neither held up on its way nor answered late.
    gate.delay([0, 180, 0, 0], [0, 0, 240]);
    const errors = await errorsOf(37 * minutes, 5);
    console.log(`Over an unsteady network: ${told(errors)}.`);
    expect(median(sizes(errors))).toBeLessThan(errorMsMax);
  });

  test('is off by no more than half of what one direction is slower than the other', async () => {
    const [upMs, downMs] = [240, 20];
    gate.delay([upMs], [downMs]);
    const errors = await errorsOf(-120 * minutes, 5);
    console.log(`Over a network that takes ${upMs} ms there and ${downMs} ms back: ${told(errors)}.`);
    const bound = (upMs - downMs) / 2;
    expect(median(sizes(errors))).toBeLessThan(bound + errorMsMax);
    // The delay was there.
    expect(Math.min(...sizes(errors))).toBeGreaterThan(bound / 2);
  });

  test.each(devices)(
    'is shown: the last tenths pass when they pass, on a device whose clock is %s',
    async (name, aheadMs) => {
      const opensAt = fromNow(3600);
      const drop = await shop.api.newCoupon({ opensAt });
      const { page, pongs } = await openDevice(aheadMs);
      await page.goto(`${shop.url}/drops/${drop.id}`);
      await waitUntilLive(page);
      await expect.poll(pongs).toBeGreaterThanOrEqual(4);
      await page.locator('.countdown-clock', { hasText: /^(00:59|01:00):/ }).waitFor();
      await page.evaluate(`
      shown = [];
      new MutationObserver(() => {
        const text = document.querySelector('.countdown-clock')?.textContent ?? '';
        if (/^\\d\\.\\d$/.test(text) && shown.at(-1)?.text !== text) shown.push({ text, at: trueNow() });
      }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
      const soon = fromNow(11);
      await shop.api.amend(drop.id, { opensAt: soon });
      await page.locator('.press[data-look="sign-in"]').waitFor();
      await page.locator('.countdown-clock').waitFor({ state: 'detached' });
      const shown = await page.evaluate<{ text: string; at: number }[]>('shown');
      // The first may have come in its middle.
      const errors = shown.slice(1).map(({ text, at }) => Date.parse(soon) - at - Number(text) * 1000);
      console.log(`Tenths shown on a device whose clock is ${name}: ${told(errors)}.`);
      expect(errors.length).toBeGreaterThan(20);
      expect(median(sizes(errors))).toBeLessThan(errorMsMax);
    },
  );
});
