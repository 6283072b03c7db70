import { expect, it } from 'vitest';
import { keptUrl } from './picture.ts';

const OURS = ['shop.example', 'localhost:8443'];
const NAME = `${'a'.repeat(32)}.png`;

it.each([
  [`/pictures/${NAME}`, `/pictures/${NAME}`],
  [`https://shop.example/pictures/${NAME}`, `/pictures/${NAME}`],
  [`https://SHOP.example:443/pictures/${NAME}?v=2#top`, `/pictures/${NAME}`],
  [`https://localhost:8443/pictures/${NAME}`, `/pictures/${NAME}`],
  [`//shop.example/pictures/${NAME}`, `/pictures/${NAME}`],
  [`/pictures/../pictures/${NAME}?`, `/pictures/${NAME}`],
  // Not one of these.
  [`https://localhost/pictures/${NAME}`, `https://localhost/pictures/${NAME}`],
  ['https://shop.example/banner.png?v=2', 'https://shop.example/banner.png?v=2'],
  ['https://elsewhere.example/pictures/a.png', 'https://elsewhere.example/pictures/a.png'],
  ['/banner.png?v=2', '/banner.png?v=2'],
  ['https://', 'https://'],
])('%s is kept as %s', (given, kept) => {
  expect(keptUrl(given, OURS)).toBe(kept);
});

it('of a host that is none, nothing is known to be ours', () => {
  expect(keptUrl(`https://shop.example/pictures/${NAME}`, ['not a host'])).toBe(
    `https://shop.example/pictures/${NAME}`,
  );
  expect(keptUrl(`/pictures/${NAME}`, ['not a host'])).toBe(`/pictures/${NAME}`);
});
