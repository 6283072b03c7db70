/**
 * For tests: a small correct sale of two slots, one a person, with a waiting line, and the ways to spoil it. Its log:
 *
 *    1 created, stock 2                13 released, returned   #1 of u1, who is charged too late: refunded (p1)
 *    2 u1 r1   granted #1   arrival 1  14 u3 r7   granted #3   arrival 7: the line is off
 *    3 u2 r2   granted #2   arrival 2  15 amended, stock 3
 *    4 u3 r3   sold_out     arrival 3  16 u5 left
 *    5 u3 joined                       17 amended, the line is on again
 *    6 u4 r4   sold_out     arrival 4  18 offered, u4 gets #4; u3, who has #3, is passed over
 *    7 u4 joined                       19 u7 r8   sold_out     arrival 8
 *    8 u5 r5   sold_out     arrival 5  20 u7 joined, and waits to the end
 *    9 u5 joined                       21 settled, confirmed   #2 of u2, who pays for it (p2)
 *   10 u6 r6   sold_out     arrival 6  22 released, expired    #3 of u3, half an hour later
 *   11 u6 joined                       23 offered, u6 gets #5
 *   12 amended, the line is off
 */
import type { Ledger, LedgerEntry } from './ledger.ts';
import { play } from './reference-model.ts';
import { type Draft, plainPlan } from './reference-plan.ts';
import { claim, entry, grant, type Row, there, told } from './spoilt-sales.ts';

export function livesSale(): Draft {
  return play({
    ...plainPlan,
    kind: 'product',
    stock: 2,
    waitingLine: true,
    presses: [1, 2, 3, 4, 5, 6, 3, 7].map((user) => ({ user, fate: 'answered', place: 0 })),
    raise: { afterBatch: 7, by: 1 },
    deeds: [
      { afterBatch: 3, user: 3, deed: 'wait' },
      { afterBatch: 4, user: 4, deed: 'wait' },
      { afterBatch: 5, user: 5, deed: 'wait' },
      { afterBatch: 6, user: 6, deed: 'wait' },
      { afterBatch: 6, user: 0, deed: 'switch line' },
      { afterBatch: 6, user: 1, deed: 'pay too late' },
      { afterBatch: 7, user: 5, deed: 'leave' },
      { afterBatch: 7, user: 0, deed: 'switch line' },
      { afterBatch: 8, user: 7, deed: 'wait' },
      { afterBatch: 8, user: 2, deed: 'use or pay' },
      { afterBatch: 8, user: 3, deed: 'expire' },
    ],
  });
}

const waiter = (d: Draft, userId: string) => there(d.ledger.waiters.find((one) => one.userId === userId));
const payment = (d: Draft, id: string) => there(d.ledger.payments.find((one) => one.id === id));
const charge = (d: Draft, orderId: string) => there(d.ledger.charges.find((one) => one.orderId === orderId));
const body = (d: Draft, number: number, changes: LedgerEntry['body']) => Object.assign(entry(d, number).body, changes);
const drop = (d: Draft, changes: Partial<Ledger['drop']>) => Object.assign(d.ledger.drop, changes);
const LATER = '2026-11-21T12:00:00Z';
/** One more entry at the end, at the time of the last. */
const append = (d: Draft, kind: string, told: LedgerEntry['body']) =>
  d.ledger.entries.push({ ...entry(d, 23), number: 24, kind, body: told });

export const livesTable: readonly Row[] = [
  ['oversold', 'a unit was offered that was not left', (d) => body(d, 15, { changes: { stock: 2 } })],
  ['oversold', 'the stock was lowered below what is out', (d) => append(d, 'amended', { changes: { stock: 2 } })],
  ['sold_out_too_early', 'more units were left than people waited', (d) => body(d, 15, { changes: { stock: 5 } })],
  ['over_limit', 'somebody was offered a second unit', (d) => body(d, 23, { userIds: ['u4'] })],
  [
    'limit_reached_too_early',
    'the unit of a user at the limit had come back',
    (d) => body(d, 19, { outcomes: 'l', userIds: ['u1'] }),
  ],
  ['granted_outside_hours', 'offered after the end', (d) => body(d, 1, { closesAt: '2026-11-21T10:29:59Z' })],
  [
    'granted_outside_hours',
    'offered after the cancellation',
    (d) => Object.assign(entry(d, 20), { kind: 'cancelled', body: {} }),
  ],
  [
    'told_differently',
    'the answer to the claim is not what the line gave later',
    (d) => Object.assign(told(d, 'r4'), { serial: 4 }),
  ],

  ['ends_once', 'returned twice', (d) => append(d, 'released', { state: 'returned', serials: [1] })],
  ['ends_once', 'confirmed and returned', (d) => append(d, 'released', { state: 'returned', serials: [2] })],
  ['ends_once', 'a unit that never was', (d) => append(d, 'released', { state: 'returned', serials: [9] })],
  ['ends_once', 'a slot that was used', (d) => body(d, 21, { state: 'used' })],
  ['ends_once', 'an expired slot that keeps its unit', (d) => Object.assign(entry(d, 22), { kind: 'settled' })],
  [
    'expired_too_early',
    'the hold lasted longer',
    (d) => Object.assign(grant(d, 3), { holdUntil: '2026-11-21T10:30:01Z' }),
  ],
  [
    'expired_too_early',
    'the slot was kept for a payment',
    (d) => Object.assign(grant(d, 3), { expiresAt: '2026-11-21T10:30:01Z' }),
  ],
  ['ended_too_late', 'returned after its hold', (d) => Object.assign(entry(d, 13), { at: '2026-11-21T10:30:00.012Z' })],
  [
    'ended_too_late',
    'confirmed when it was no longer kept',
    (d) => Object.assign(grant(d, 2), { expiresAt: '2026-11-21T10:00:00.080Z' }),
  ],
  ['lost_ending', 'told confirmed, and expired after all', (d) => Object.assign(grant(d, 2), { state: 'expired' })],
  ['log_grants', 'another state', (d) => Object.assign(grant(d, 4), { state: 'returned' })],
  ['log_grants', 'another user', (d) => Object.assign(grant(d, 4), { userId: 'u7' })],
  ['log_grants', 'another arrival', (d) => Object.assign(grant(d, 4), { arrival: 5 })],
  ['log_grants', 'no time of its release', (d) => Object.assign(grant(d, 1), { releasedAt: null })],
  [
    'log_grants',
    'a time of its release, and it was confirmed',
    (d) => Object.assign(grant(d, 2), { releasedAt: '2026-11-21T10:00:00.085Z' }),
  ],
  ['log_grants', 'no time of its end', (d) => Object.assign(grant(d, 2), { settledAt: null })],
  ['log_grants', 'a unit that only the log has', (d) => d.ledger.grants.pop()],
  ['log_grants', 'a unit that only the table has', (d) => d.ledger.grants.push({ ...grant(d, 5), serial: 6 })],
  ['granted_counter', 'a unit that came back is still counted', (d) => drop(d, { granted: 4 })],
  ['serial_numbers', 'the offer began with another serial', (d) => body(d, 23, { firstSerial: 6 })],
  [
    'serial_numbers',
    'an offer against the order of arrival',
    (d) => body(d, 23, { arrivals: [8, 6], userIds: ['u7', 'u6'] }),
  ],
  ['claims_and_grants', 'a claim that waits has a serial', (d) => Object.assign(claim(d, 8), { serial: 5 })],
  ['claims_and_grants', 'the claim does not know of its offer', (d) => Object.assign(claim(d, 6), { serial: null })],
  ['log_claims', 'the claim has the serial of another offer', (d) => Object.assign(claim(d, 6), { serial: 4 })],
  ['log_bodies', 'an ending without serials', (d) => body(d, 22, { serials: '3' })],
  ['log_bodies', 'an ending without state', (d) => body(d, 22, { state: null })],
  ['log_bodies', 'a place without user', (d) => body(d, 5, { userIds: [] })],
  ['log_bodies', 'an offer without those it passed over', (d) => body(d, 18, { passed: null })],
  ['log_bodies', 'an amendment without changes', (d) => body(d, 15, { changes: null })],

  ['line_places', 'a place of a claim that was granted', (d) => body(d, 5, { arrivals: [1] })],
  ['line_places', 'a place of somebody else’s claim', (d) => body(d, 5, { userIds: ['u4'] })],
  ['line_places', 'two places for one person', (d) => append(d, 'joined', { arrivals: [8], userIds: ['u7'] })],
  ['line_places', 'a place again, after the turn came', (d) => append(d, 'joined', { arrivals: [4], userIds: ['u4'] })],
  [
    'line_places',
    'a place again, after it was passed over',
    (d) => append(d, 'joined', { arrivals: [3], userIds: ['u3'] }),
  ],
  ['line_places', 'a place while there was no line', (d) => body(d, 17, { changes: { waitingLine: false } })],
  ['line_places', 'a place after the end', (d) => body(d, 1, { closesAt: '2026-11-21T10:00:00.060Z' })],
  ['line_places', 'a place given up that nobody held', (d) => body(d, 16, { arrivals: [4] })],
  ['line_places', 'a unit offered to somebody who did not wait', (d) => body(d, 23, { userIds: ['u1'] })],
  ['line_places', 'somebody passed over who did not wait', (d) => body(d, 18, { passed: [3, 5] })],
  ['line_order', 'the second in line was served', (d) => body(d, 23, { arrivals: [8], userIds: ['u7'] })],
  [
    'line_order',
    'the second in line was passed over',
    (d) =>
      append(d, 'offered', { firstSerial: 6, arrivals: [], userIds: [], passed: [8] }) &&
      body(d, 23, { arrivals: [], userIds: [] }),
  ],
  [
    'line_passed',
    'passed over with nothing in hand',
    (d) => append(d, 'offered', { firstSerial: 6, arrivals: [], userIds: [], passed: [8] }),
  ],
  [
    'line_overtaken',
    'a newcomer got the unit of those who wait',
    (d) => body(d, 12, { changes: { waitingLine: true } }),
  ],
  [
    'line_overtaken',
    'a newcomer got a unit when as many waited as were left',
    (d) => body(d, 12, { changes: { waitingLine: true, stock: 5 } }),
  ],
  ['line_stalled', 'a unit is left for the last who waits', (d) => append(d, 'amended', { changes: { stock: 4 } })],
  [
    'line_stalled',
    'the unit of one who left is not offered on',
    (d) => append(d, 'released', { state: 'expired', serials: [4] }),
  ],
  ['log_line', 'the table has lost who waits', (d) => d.ledger.waiters.pop()],
  [
    'log_line',
    'the table has somebody wait who was served',
    (d) => Object.assign(waiter(d, 'u6'), { state: 'waiting', serial: null }),
  ],
  [
    'log_line',
    'the table has somebody wait of whom the log does not tell',
    (d) => d.ledger.waiters.push({ ...waiter(d, 'u7'), userId: 'u9' }),
  ],
  ['log_line', 'another place', (d) => Object.assign(waiter(d, 'u7'), { arrival: 9 })],
  ['log_line', 'another serial', (d) => Object.assign(waiter(d, 'u6'), { serial: 4 })],
  ['log_line', 'the drop counts one more', (d) => drop(d, { waiting: 2 })],

  ['paid_slots', 'confirmed without a payment', (d) => d.ledger.payments.pop()],
  ['paid_slots', 'confirmed, and the payment failed', (d) => Object.assign(payment(d, 'p2'), { state: 'failed' })],
  ['paid_slots', 'paid twice', (d) => d.ledger.payments.push({ ...payment(d, 'p2'), id: 'p3' })],
  ['paid_slots', 'paid by somebody else', (d) => Object.assign(payment(d, 'p2'), { userId: 'u1' })],
  ['paid_slots', 'paid for a slot that was returned', (d) => Object.assign(payment(d, 'p1'), { state: 'succeeded' })],
  ['paid_slots', 'confirmed by another payment', (d) => Object.assign(grant(d, 2), { paymentId: 'p1' })],
  ['charges', 'charged with nothing to show', (d) => Object.assign(charge(d, 'p1'), { refunded: false })],
  ['charges', 'charged, and no payment is known', (d) => d.ledger.charges.push({ ...charge(d, 'p2'), orderId: 'p9' })],
  ['charges', 'charged twice', (d) => d.ledger.charges.push({ ...charge(d, 'p2') })],
  ['charges', 'charged another amount', (d) => Object.assign(charge(d, 'p2'), { amount: 999 })],
  ['charges', 'confirmed, and the money went back', (d) => Object.assign(charge(d, 'p2'), { refunded: true })],
  ['charges', 'confirmed without a charge', (d) => d.ledger.charges.pop()],
  ['charges', 'charged for what has failed', (d) => Object.assign(payment(d, 'p2'), { state: 'failed' })],
  [
    'charges',
    'charged, and nobody was to be asked',
    (d) => Object.assign(payment(d, 'p2'), { state: 'pending', askedAt: null, decidedAt: null, checkAt: LATER }),
  ],
  [
    'payment_left_open',
    'still pending after ten minutes',
    (d) => Object.assign(payment(d, 'p2'), { state: 'pending', decidedAt: null, checkAt: LATER }),
  ],
  [
    'payment_left_open',
    'still to be given back after ten minutes',
    (d) => Object.assign(payment(d, 'p1'), { state: 'refunding', checkAt: LATER }),
  ],
  [
    'payment_left_open',
    'pending, and nobody looks after it',
    (d) => Object.assign(payment(d, 'p2'), { state: 'pending', askedAt: d.ledger.drop.serverTime, decidedAt: null }),
  ],
];
