/**
 * For tests: one small correct sale, and every way to spoil it: each row changes the least it can and names the rule that must see it.
 *
 *   u1 r1   granted #1      arrival 1        u3 r5   sold_out, arrival 5
 *   u1 r2   granted #2      arrival 2        u4 r6   sold_out at the gate
 *   u1 r3   limit_reached   arrival 3        u5 r7   not_open, later sold_out, arrival 6
 *   u2 r4   granted #3      arrival 4, and the answer was lost on the way
 *   u1 uses #1, twice with one key; another key is refused
 *
 * The lives of slots, the waiting line and payments have a sale of their own: `spoilt-lives.ts`.
 */
import { attempt, play } from './reference-model.ts';
import { type Draft, plainPlan } from './reference-plan.ts';
import { codeOf } from './reference-table.ts';

export function sale(): Draft {
  return play({
    ...plainPlan,
    stock: 3,
    perUserLimit: 2,
    presses: [
      { user: 1, fate: 'answered', place: 0 },
      { user: 1, fate: 'sent again later', place: 0 },
      { user: 1, fate: 'answered', place: 0 },
      { user: 2, fate: 'unanswered', place: 0 },
      { user: 3, fate: 'answered', place: 0 },
      { user: 4, fate: 'gate if it knows', place: 0 },
      { user: 5, fate: 'first too early', place: 0 },
    ],
    deeds: [{ afterBatch: 7, user: 1, deed: 'use or pay' }],
  });
}

/** The parts of the sale by the names above; a missing one is a mistake in the test itself. */
export function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the small sale has no such part');
  return value;
}
export const told = (draft: Draft, requestId: string, nth = 0) =>
  there(draft.history.filter((one) => one.requestId === requestId)[nth]);
export const claim = (draft: Draft, arrival: number) => there(draft.ledger.claims[arrival - 1]);
export const grant = (draft: Draft, serial: number) => there(draft.ledger.grants[serial - 1]);
export const entry = (draft: Draft, number: number) => there(draft.ledger.entries[number - 1]);

export type Row = readonly [rule: string, what: string, spoil: (draft: Draft) => void];

export const table: readonly Row[] = [
  ['oversold', 'the stock was one less', (d) => Object.assign(entry(d, 1).body, { stock: 2 })],
  ['oversold', 'the drop now has less stock than units out', (d) => Object.assign(d.ledger.drop, { stock: 2 })],
  ['lost_grant', 'the ledger forgot the claim of a told grant', (d) => d.ledger.claims.shift()],
  ['lost_grant', 'the ledger forgot a told unit', (d) => d.ledger.grants.shift()],
  [
    'lost_grant',
    'the ledger refused what was told granted',
    (d) => Object.assign(claim(d, 1), { outcome: 'sold_out' }),
  ],
  ['lost_grant', 'the told unit is another user’s', (d) => Object.assign(grant(d, 1), { userId: 'u3' })],
  [
    'dangling_grant',
    'the holder was sent away at the gate',
    (d) => d.history.push(attempt({ userId: 'u2', requestId: 'r4', sentAt: 90, answeredAt: 91, outcome: 'sold_out' })),
  ],
  [
    'dangling_grant',
    'the holder asked and heard of no claim',
    (d) =>
      d.history.push(
        attempt({
          userId: 'u2',
          requestId: 'r4',
          kind: 'lookup',
          sentAt: 90,
          answeredAt: 91,
          errorCode: 'claim_not_found',
        }),
      ),
  ],
  [
    'undersold',
    'a unit is left while a claim got no outcome',
    (d) => {
      Object.assign(d.ledger.drop, { stock: 4 });
      d.history.push(attempt({ userId: 'u6', requestId: 'r8', sentAt: 90, answeredAt: 91, errorCode: 'overloaded' }));
    },
  ],
  ['sold_out_too_early', 'a unit was left at the refusal', (d) => Object.assign(entry(d, 1).body, { stock: 4 })],
  [
    'gate_sold_out_too_early',
    'the gate refused before the last unit was asked for',
    (d) => Object.assign(told(d, 'r6'), { sentAt: 38, answeredAt: 39 }),
  ],
  [
    'gate_sold_out_too_early',
    'the gate refused, and units were left throughout',
    (d) => Object.assign(entry(d, 1).body, { stock: 4 }),
  ],
  ['over_limit', 'the limit was one less', (d) => Object.assign(entry(d, 1).body, { perUserLimit: 1 })],
  ['over_limit', 'all units ended with one user', (d) => Object.assign(grant(d, 3), { userId: 'u1' })],
  ['limit_reached_too_early', 'the limit was one more', (d) => Object.assign(entry(d, 1).body, { perUserLimit: 3 })],
  [
    'gate_limit_reached_too_early',
    'the gate spoke of a limit to a user with nothing',
    (d) => Object.assign(told(d, 'r6'), { outcome: 'limit_reached' }),
  ],
  [
    'gate_limit_reached_too_early',
    'the gate spoke of a limit before the user’s second claim was sent',
    (d) =>
      d.history.push(attempt({ userId: 'u1', requestId: 'r9', sentAt: 16, answeredAt: 17, outcome: 'limit_reached' })),
  ],
  [
    'granted_outside_hours',
    'granted before the opening',
    (d) => Object.assign(entry(d, 2), { at: '2026-11-21T09:59:59.999Z' }),
  ],
  [
    'granted_outside_hours',
    'granted after the end',
    (d) => Object.assign(entry(d, 1).body, { closesAt: '2026-11-21T10:00:00.040Z' }),
  ],
  [
    'granted_outside_hours',
    'granted after the cancellation',
    (d) => d.ledger.entries.splice(1, 0, { type: 'entry', number: 2, kind: 'cancelled', at: '', body: {} }),
  ],
  [
    'closed_too_early',
    'the ledger said closed to an open drop',
    (d) => Object.assign(entry(d, 6).body, { outcomes: 'c' }),
  ],
  [
    'closed_too_early',
    'the ledger said closed before the end',
    (d) => {
      Object.assign(entry(d, 1).body, { closesAt: '2026-11-21T10:00:01Z' });
      Object.assign(entry(d, 6).body, { outcomes: 'c' });
    },
  ],
  [
    'closed_too_early',
    'the gate said closed of an open drop',
    (d) => Object.assign(told(d, 'r6'), { outcome: 'closed' }),
  ],
  [
    'fairness',
    'a later arrival holds the unit of an earlier one',
    (d) => {
      Object.assign(claim(d, 4), { outcome: 'sold_out', serial: null });
      Object.assign(claim(d, 5), { outcome: 'granted', serial: 3 });
      Object.assign(grant(d, 3), { userId: 'u3', arrival: 5 });
    },
  ],
  ['real_time_order', 'sent only after a later arrival was told', (d) => Object.assign(told(d, 'r4'), { sentAt: 56 })],
  [
    'real_time_order',
    'sent only after a later arrival was told, and an earlier one after that',
    (d) => {
      Object.assign(told(d, 'r1'), { answeredAt: 58 });
      Object.assign(told(d, 'r4'), { sentAt: 59 });
    },
  ],
  ['one_answer', 'the repeat got another serial', (d) => Object.assign(told(d, 'r2', 1), { serial: 3 })],
  [
    'one_answer',
    'the repeat was refused at the gate',
    (d) => Object.assign(told(d, 'r2', 1), { outcome: 'sold_out', arrival: null }),
  ],
  [
    'one_answer',
    'the ledger no longer knew its answer',
    (d) => Object.assign(told(d, 'r2', 1), { kind: 'lookup', outcome: null, errorCode: 'claim_not_found' }),
  ],
  ['told_differently', 'another arrival', (d) => Object.assign(told(d, 'r1'), { arrival: 2 })],
  ['told_differently', 'another arrival to a loser', (d) => Object.assign(told(d, 'r5'), { arrival: 4 })],
  ['told_differently', 'another outcome to a loser', (d) => Object.assign(told(d, 'r5'), { outcome: 'closed' })],
  ['told_differently', 'another serial', (d) => Object.assign(told(d, 'r1'), { serial: 2 })],
  ['told_differently', 'another code', (d) => Object.assign(told(d, 'r1'), { code: codeOf(9) })],
  ['told_differently', 'no code', (d) => Object.assign(told(d, 'r1'), { code: null })],
  ['told_differently', 'another grant id', (d) => Object.assign(grant(d, 1), { id: '7-2' })],
  ['lost_ending', 'the used coupon is usable again', (d) => Object.assign(grant(d, 1), { state: 'issued' })],
  ['lost_ending', 'the used coupon is gone', (d) => d.ledger.grants.shift()],
  ['used_twice', 'two keys used one coupon', (d) => Object.assign(told(d, 'use 7-1 a'), { requestId: 'use 7-1 c' })],
  ['grant_id_reused', 'two units under one id', (d) => Object.assign(told(d, 'r1'), { grantId: '7-2' })],
  ['grant_id_reused', 'one unit under two ids', (d) => Object.assign(told(d, 'r2', 1), { grantId: '7-9' })],
  ['grant_id_reused', 'a unit without id', (d) => Object.assign(told(d, 'r1'), { grantId: null })],
  ['lost_refusal', 'the ledger forgot a told refusal', (d) => d.ledger.claims.splice(4, 1)],
  ['claimed_twice', 'one request in two arrivals', (d) => Object.assign(claim(d, 3), { requestId: 'r2' })],
  ['arrival_numbers', 'an arrival is missing', (d) => d.ledger.claims.splice(2, 1)],
  ['arrival_numbers', 'an arrival is given twice', (d) => Object.assign(claim(d, 6), { arrival: 5 })],
  ['arrival_numbers', 'the drop counts one more', (d) => Object.assign(d.ledger.drop, { arrivals: 7 })],
  ['serial_numbers', 'a serial is missing', (d) => Object.assign(grant(d, 2), { serial: 4 })],
  [
    'serial_numbers',
    'serials against the order of arrival',
    (d) => {
      Object.assign(claim(d, 1), { serial: 2 });
      Object.assign(claim(d, 2), { serial: 1 });
    },
  ],
  ['serial_numbers', 'the drop counts one more', (d) => Object.assign(d.ledger.drop, { serials: 4 })],
  ['codes', 'no code', (d) => Object.assign(grant(d, 1), { code: null })],
  ['codes', 'a wrong check character', (d) => Object.assign(grant(d, 1), { code: '0000-0000-001A' })],
  ['codes', 'a character nobody can tell apart', (d) => Object.assign(grant(d, 1), { code: 'OOOO-0000-0000' })],
  ['codes', 'the same code twice', (d) => Object.assign(grant(d, 1), { code: grant(d, 2).code })],
  ['codes', 'a purchase slot with a code', (d) => Object.assign(d.ledger.drop, { kind: 'product' })],
  ['claims_and_grants', 'a granted claim without unit', (d) => d.ledger.grants.pop()],
  ['claims_and_grants', 'a unit without claim', (d) => d.ledger.grants.push({ ...grant(d, 3), serial: 4 })],
  ['claims_and_grants', 'a refused claim with a serial', (d) => Object.assign(claim(d, 3), { serial: 9 })],
  ['granted_counter', 'one too many', (d) => Object.assign(d.ledger.drop, { granted: 4 })],
  ['granted_counter', 'the log lost a unit', (d) => Object.assign(entry(d, 5).body, { outcomes: 's' })],
  [
    'granted_counter',
    'a unit came back uncounted',
    (d) => Object.assign(grant(d, 3), { releasedAt: '2026-11-21T11:00:00Z' }),
  ],
  ['log_numbers', 'an entry is missing', (d) => d.ledger.entries.splice(3, 1)],
  ['log_numbers', 'the first entry is missing', (d) => d.ledger.entries.shift()],
  ['log_numbers', 'the drop counts one more', (d) => Object.assign(d.ledger.drop, { entries: 9 })],
  ['log_claims', 'another outcome', (d) => Object.assign(entry(d, 6).body, { outcomes: 'l' })],
  ['log_claims', 'another user', (d) => Object.assign(entry(d, 6).body, { userIds: ['u9'] })],
  ['log_claims', 'another request', (d) => Object.assign(entry(d, 6).body, { requestIds: ['r9'] })],
  ['log_claims', 'another serial', (d) => Object.assign(entry(d, 2).body, { firstSerial: 2 })],
  ['log_claims', 'another arrival', (d) => Object.assign(entry(d, 6).body, { firstArrival: 4 })],
  ['log_bodies', 'an unknown letter', (d) => Object.assign(entry(d, 6).body, { outcomes: 'x' })],
  ['log_bodies', 'a claim without user', (d) => Object.assign(entry(d, 6).body, { outcomes: 'ss' })],
  ['log_bodies', 'an entry of a kind nobody knows', (d) => Object.assign(entry(d, 7), { kind: 'shuffled' })],
  ['log_claims', 'a claim that the table does not have', (d) => d.ledger.claims.pop()],
  ['log_terms', 'another stock', (d) => Object.assign(d.ledger.drop, { stock: 4 })],
  [
    'log_terms',
    'another limit',
    (d) => d.ledger.entries.push({ ...entry(d, 1), kind: 'amended', body: { changes: { perUserLimit: 3 } } }),
  ],
  ['log_terms', 'a waiting line by the row alone', (d) => Object.assign(d.ledger.drop, { waitingLine: true })],
  [
    'log_terms',
    'cancelled by the row alone',
    (d) => Object.assign(d.ledger.drop, { cancelledAt: '2026-11-21T11:00:00Z' }),
  ],
];
