import { expect, test } from 'vitest';
import { type FleetProcess, healthOf } from './fleet.ts';

const now = Date.parse('2026-11-21T10:00:30Z');
const well: FleetProcess = {
  name: 'one',
  roles: ['gateway'],
  startedAt: '2026-11-21T09:00:00Z',
  seenAt: '2026-11-21T10:00:29Z',
  sockets: 0,
  people: 0,
  claimsWaiting: 0,
  lag: null,
  cpuShare: 0.4,
  memoryBytes: 1,
  lateMs: 12,
};

test.each([
  [{}, 'well'],
  [{ lateMs: 900 }, 'busy'],
  [{ cpuShare: 0.99 }, 'busy'],
  [{ seenAt: '2026-11-21T10:00:05Z' }, 'silent'],
  [{ seenAt: '2026-11-21T10:00:05Z', lateMs: 900 }, 'silent'],
])('%j: %s', (change, health) => {
  expect(healthOf({ ...well, ...change }, now)).toBe(health);
});
