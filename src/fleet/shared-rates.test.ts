import { describe, expect, it } from 'vitest';
import { RateMap } from '../http/rate-map.ts';
import { RateTable } from '../http/rate-table.ts';
import type { SharedRate } from '../http/shared-rate.ts';

const LIMIT = 20;
const tell = (from: SharedRate, to: SharedRate) => {
  for (const [key, count] of from.takeNews()) to.addElsewhere(key, count, 0);
};

describe.each([
  ['a map', () => new RateMap(LIMIT)],
  ['a table', () => new RateTable(LIMIT)],
])('a limit shared by processes: %s', (_name, make) => {
  it('counts heavy users of both together', () => {
    const [here, there] = [make(), make()];
    for (const one of [here, there]) one.takeNews();
    const admitted = { here: 0, there: 0 };
    for (let round = 0; round < 15; round += 1) {
      if (here.admit('7', 0)) admitted.here += 1;
      if (there.admit('7', 0)) admitted.there += 1;
      tell(here, there);
      tell(there, here);
    }
    expect(admitted.here + admitted.there).toBeLessThanOrEqual(LIMIT + 2);
    expect(admitted.here + admitted.there).toBeGreaterThanOrEqual(LIMIT - 2);
  });

  it('tells nothing of an honest crowd, nothing twice, and starts anew with each second', () => {
    const [here, there] = [make(), make()];
    here.takeNews();
    for (let user = 0; user < 100; user += 1) here.admit(String(user), 0);
    expect(here.takeNews()).toEqual([]);
    for (let press = 0; press < 10; press += 1) here.admit('7', 0);
    expect(here.takeNews()).toEqual([['7', 11]]);
    expect(here.takeNews()).toEqual([]);
    there.admit('7', 0);
    there.addElsewhere('7', LIMIT, 400);
    expect(there.admit('7', 500)).toBe(false);
    expect(there.admit('7', 1001)).toBe(true);
  });

  it('counts what is heard of somebody before they come here, in that second', () => {
    const there = make();
    there.admit('8', 0);
    there.addElsewhere('7', LIMIT, 5_000);
    expect([there.admit('7', 5_500), there.admit('8', 5_500)]).toEqual([false, true]);
    expect(there.admit('7', 6_000)).toBe(true);
  });
});
