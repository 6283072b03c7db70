/** Pages in the languages, themes and sizes that people have: each must fit, stand in nobody's way, and is photographed for people to look at. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers } from './accessibility.ts';
import { takePicture } from './album.ts';
import { phone } from './harness.ts';

const desktop = { viewport: { width: 1280, height: 860 } };

export interface Look {
  name: string;
  options: BrowserContextOptions & { locale: string };
}

export const looks: Look[] = [
  { name: 'phone-light-ko', options: { ...phone, locale: 'ko-KR', colorScheme: 'light' } },
  { name: 'phone-dark-en', options: { ...phone, locale: 'en-US', colorScheme: 'dark' } },
  { name: 'desktop-light-en', options: { ...desktop, locale: 'en-US', colorScheme: 'light' } },
  { name: 'desktop-dark-ko', options: { ...desktop, locale: 'ko-KR', colorScheme: 'dark' } },
];

/** Takes pictures of one page, and looks for what would keep people out. A phone's fixed bars would lie across the middle of a long picture. */
export function camera(page: Page, { name, options }: Look) {
  return async (title: string, fullPage = options.isMobile !== true): Promise<Buffer> => {
    expect(await page.evaluate('document.documentElement.lang')).toBe(options.locale.slice(0, 2));
    // Not against innerWidth: a phone's grows with what is too wide.
    const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    await expect.poll(() => page.evaluate(over), { message: `${title} fits` }).toBeLessThan(1);
    const picture = await takePicture(page, name, title, fullPage);
    expect.soft(await barriers(page), `${title} is open to everyone`).toEqual([]);
    return picture;
  };
}

/** For the picture only: what moves has arrived, but for what moves for ever, and for paper that is still in the air. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    const isArriving = ({ animationName, effect }) =>
      animationName !== 'burst' && effect.getComputedTiming().endTime !== Infinity;
    await Promise.allSettled(document.getAnimations().filter(isArriving).map(({ finished }) => finished));
  })()`);
}
