/** After all browser tests: every page that there is has been photographed, in every look. A page that is new is found by its route. */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { currentPictures } from '../browser/album.ts';
import { looks } from '../browser/pictures.ts';
import { findChromium } from '../servers/chromium.ts';
import { routesOf } from './routes.ts';

const routes = routesOf(fileURLToPath(new URL('../../web/src/application.tsx', import.meta.url)));

/** An address that several routes take belongs to the one with the fewest variables: `/admin/drops/new` is no drop. */
function routeOf(path: string): string | undefined {
  const variables = (route: string) => route.split(':').length;
  const found = routes.filter(({ pattern }) => pattern.test(path)).map((route) => route.path);
  return found.sort((left, right) => variables(left) - variables(right))[0];
}

test('routes are found, also those inside of pages', () => {
  const paths = routes.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(['/', '/drops/:id', '/notifications/settings', '/admin/drops/:id/edit']),
  );
  expect(paths.filter((path) => path.includes('*'))).toEqual([]);
  expect(routeOf('/drops/1')).toBe('/drops/:id');
  expect(routeOf('/admin/drops/new')).toBe('/admin/drops/new');
  expect(routeOf('/nowhere')).toBeUndefined();
});

describe.skipIf(findChromium() === undefined)('pictures', () => {
  test.each(looks)('$name: of every page', ({ name }) => {
    const shown = currentPictures().filter(({ look }) => look === name);
    const photographed = new Set(shown.map(({ path }) => routeOf(path)));
    expect(routes.map(({ path }) => path).filter((path) => !photographed.has(path))).toEqual([]);
    expect(shown.map(({ title }) => title)).toContain('not-found');
  });
});
