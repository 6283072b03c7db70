import { expect, test, vi } from 'vitest';
import type { Dashboard, Day } from './dashboard.ts';

// Who asks is of no interest here, and needs a browser.
vi.mock('../../accounts/session.ts', () => ({ requestAsMember: () => Promise.reject(new Error('not asked')) }));
const { concernsOf, isNew } = await import('./dashboard.ts');

const quiet: Day = {
  ...{ day: '2026-11-21', granted: 3, refused: 9, faults: 0, deliveriesSent: 1, deliveriesFailed: 0 },
  ...{ payments: 0, paid: {}, refunded: {} },
};

function dashboard(change: {
  days?: Day[];
  failed24h?: number;
  refunding?: number;
  drops?: Partial<Dashboard['drops']>;
}): Dashboard {
  return {
    drops: { scheduled: 0, open: 0, soldOut: 0, closed: 0, cancelled: 0, ...change.drops },
    days: change.days ?? [quiet],
    deliveries: { pending: 4, failed: 9, sent24h: 10, failed24h: change.failed24h ?? 0, channels: [] },
    payments: { pending: 2, refunding: change.refunding ?? 0, currencies: [] },
  } as unknown as Dashboard;
}

test('a shop is new until there is a drop, whatever became of it', () => {
  expect(isNew(dashboard({}))).toBe(true);
  expect(isNew(dashboard({ drops: { scheduled: 1 } }))).toBe(false);
  expect(isNew(dashboard({ drops: { cancelled: 1 } }))).toBe(false);
});

test('what somebody should look at, and nothing else', () => {
  expect(concernsOf(dashboard({}), 0)).toEqual([{ about: 'nothing' }]);
  expect(concernsOf(dashboard({ days: [{ ...quiet, faults: 8 }, quiet] }), 0)).toEqual([{ about: 'nothing' }]);
  expect(concernsOf(dashboard({ days: [quiet, { ...quiet, faults: 8 }], failed24h: 2, refunding: 1 }), 1)).toEqual([
    { about: 'faults', count: 8 },
    { about: 'processes', count: 1 },
    { about: 'deliveriesFailed', count: 2 },
    { about: 'refunding', count: 1 },
  ]);
});
