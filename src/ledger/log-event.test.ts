import { describe, expect, it } from 'vitest';
import { readEvent } from './log-event.ts';

const read = (kind: string, body: object) => readEvent({ kind, body: body as Record<string, unknown> });

const bodies = {
  claims: { firstArrival: 1, firstSerial: 1, outcomes: 'gslc', userIds: [...'1234'], requestIds: [...'abcd'] },
  released: { state: 'returned', serials: [1, 2] },
  settled: { state: 'used', serials: [3] },
  joined: { arrivals: [4], userIds: ['4'] },
  left: { arrivals: [4], userIds: ['4'] },
  offered: { firstSerial: 5, arrivals: [4, 6], userIds: ['4', '6'], passed: [5] },
} as const;

describe('an entry of the log', () => {
  it.each(['released', 'settled', 'joined', 'left', 'offered'] as const)('is read: %s', (kind) => {
    expect(read(kind, bodies[kind])).toEqual({ kind, ...bodies[kind] });
  });

  it('is read: claims, letter by letter', () => {
    const outcomes = ['granted', 'sold_out', 'limit_reached', 'closed'];
    expect(read('claims', bodies.claims)).toEqual({ kind: 'claims', ...bodies.claims, outcomes });
  });

  it('is read: claims without a first serial, when none is granted', () => {
    const body = { ...bodies.claims, outcomes: 'sslc', firstSerial: undefined };
    expect(read('claims', body)).toMatchObject({ firstSerial: 0 });
  });

  it.each([
    ['created', { stock: 3 }, { kind: 'created', terms: { stock: 3 } }],
    ['amended', { changes: { stock: 4 } }, { kind: 'amended', terms: { stock: 4 } }],
    ['cancelled', {}, { kind: 'cancelled' }],
  ])('is read: %s', (kind, body, event) => {
    expect(read(kind, body)).toEqual(event);
  });

  it.each([
    ['a kind that nobody knows', 'shuffled', {}],
    ['claims with a user missing', 'claims', { ...bodies.claims, userIds: [...'123'] }],
    ['claims with a request missing', 'claims', { ...bodies.claims, requestIds: [...'abc'] }],
    ['claims without outcomes', 'claims', { ...bodies.claims, outcomes: null }],
    ['claims with an unknown letter', 'claims', { ...bodies.claims, outcomes: 'gslx' }],
    ['claims without a first arrival', 'claims', { ...bodies.claims, firstArrival: '1' }],
    ['claims granted without a first serial', 'claims', { ...bodies.claims, firstSerial: null }],
    ['an ending without state', 'released', { serials: [1] }],
    ['an ending without serials', 'settled', { state: 'used' }],
    ['a serial that is no number', 'settled', { state: 'used', serials: ['1'] }],
    ['a place without arrival', 'joined', { userIds: ['4'] }],
    ['a place without user', 'left', { arrivals: [4], userIds: [] }],
    ['a user who is no text', 'left', { arrivals: [4], userIds: [4] }],
    ['an offer without first serial', 'offered', { ...bodies.offered, firstSerial: null }],
    ['an offer without those it passed over', 'offered', { ...bodies.offered, passed: undefined }],
    ['an offer without users', 'offered', { ...bodies.offered, userIds: ['4'] }],
    ['an amendment without changes', 'amended', {}],
  ])('is not read: %s', (_what, kind, body) => {
    expect(read(kind, body)).toBeUndefined();
  });
});
