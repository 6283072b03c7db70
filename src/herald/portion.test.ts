import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleDrop } from '../drops/example-drop.ts';
import type { LedgerGrant } from '../ledger/grant-ledger.ts';
import { portionOf } from './portion.ts';
import type { Entry, Position } from './store.ts';
import { noTidings, peopleOf, type Tidings, tell } from './tidings.ts';

const USERS_MAX = 12;
const start = (dropId: string): Position => ({ dropId, number: 0, people: 0, soldOut: false });

/** Bodies as the ledger writes them. */
const bodies = fc.oneof(
  fc.string({ unit: fc.constantFrom('g', 's', 'l', 'c'), minLength: 1, maxLength: USERS_MAX }).map((outcomes) => ({
    kind: 'claims',
    body: {
      firstArrival: 5,
      firstSerial: 20,
      outcomes,
      ...people(outcomes.length),
      requestIds: named('r', outcomes.length),
    },
  })),
  fc.integer({ min: 1, max: USERS_MAX }).map((count) => ({
    kind: 'offered',
    body: { firstSerial: 40, arrivals: numbers(count), ...people(count), passed: [3] },
  })),
  fc
    .record({ count: fc.integer({ min: 1, max: USERS_MAX }), state: fc.constantFrom('expired', 'returned') })
    .map(({ count, state }) => ({ kind: 'released', body: { state, serials: numbers(count).map((n) => n * 3) } })),
  fc.constantFrom({ kind: 'cancelled', body: {} }, { kind: 'of_tomorrow', body: {} }),
);

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, nth) => `${prefix}${nth}`);
}
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, nth) => nth + 1);
}
function people(count: number) {
  return { userIds: named('u', count) };
}

function grantOf(serial: number): LedgerGrant {
  const at = '2026-11-21T10:00:00.000Z';
  return {
    ...{
      dropId: '1',
      serial,
      userId: `holder-${serial}`,
      arrival: serial,
      state: 'issued',
      code: null,
      paymentId: null,
    },
    ...{ grantedAt: at, validUntil: at, holdUntil: null, expiresAt: at, settledAt: null, releasedAt: null },
  } as unknown as LedgerGrant;
}

function told(events: ReturnType<typeof portionOf>['told']): Tidings {
  const tidings = noTidings();
  for (const { event } of events) {
    if (event) tell(tidings, event, { drop: exampleDrop(), nowMs: 0, grant: grantOf });
  }
  // Of one entry, those who got something hear of it before those who did not.
  return { ...tidings, notices: tidings.notices.toSorted((one, other) => one.type.localeCompare(other.type)) };
}

describe('portions', () => {
  it('tell the same as the whole, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(bodies, { maxLength: 6 }), fc.integer({ min: 1, max: 15 }), (written, peopleMax) => {
        const entries = written.map((entry, nth): Entry => ({ ...entry, dropId: '1', number: nth + 1 }));
        const whole = portionOf([start('1')], entries, Number.MAX_SAFE_INTEGER);
        expect(whole.left).toEqual([]);
        const parts: (typeof whole.told)[number][] = [];
        let position = start('1');
        for (let round = 0; position.number < entries.length; round += 1) {
          expect(round).toBeLessThan(200);
          const portion = portionOf([position], entries.slice(position.number), peopleMax);
          const count = portion.told.reduce((sum, { event }) => sum + (event ? peopleOf(event) : 0), 0);
          expect(count).toBeLessThanOrEqual(peopleMax);
          position = portion.moved[0] ?? position;
          expect(portion.left).toEqual(position.number < entries.length ? ['1'] : []);
          parts.push(...portion.told);
        }
        expect(position).toMatchObject({ number: entries.length, people: 0 });
        expect(told(parts)).toEqual(told(whole.told));
      }),
    );
  });

  it('leave those that got nothing to be the first of the next', () => {
    const claims = (dropId: string, count: number): Entry => ({
      ...{ dropId, number: 1, kind: 'claims' },
      body: {
        firstArrival: 1,
        firstSerial: 1,
        outcomes: 'g'.repeat(count),
        ...people(count),
        requestIds: named('r', count),
      },
    });
    const positions = ['7', '3', '5'].map(start);
    const { moved, left } = portionOf(positions, [claims('7', 9), claims('3', 9), claims('5', 1)], 10);
    expect(moved).toEqual([
      { ...start('7'), number: 1 },
      { ...start('3'), people: 1 },
    ]);
    expect(left).toEqual(['5', '3']);
  });
});
