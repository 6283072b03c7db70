/** Which unit went to whom, and how long that took: told by a small log. The server's clock is an hour ahead. */
import { describe, expect, it } from 'vitest';
import { type Ledger, type LedgerGrant, parseLedger } from '../../history/ledger.ts';
import { SaleRecord } from './sale-record.ts';
import { measureTurnover } from './turnover.ts';

const HOUR_MS = 3_600_000;
const at = (ms: number) => new Date(HOUR_MS + ms).toISOString();

/** Two units. 1 is given back, 2 expires; both go to the line, whose first unit, 3, expires after its payment failed. */
function sale(joinedAt = 100): { ledger: Ledger; record: SaleRecord } {
  const grant = (serial: number, state: string, holdUntil: number, releasedAt?: number): Partial<LedgerGrant> => ({
    ...{ type: 'grant', serial, state, userId: `u${serial}`, holdUntil: at(holdUntil) },
    releasedAt: releasedAt === undefined ? null : at(releasedAt),
  });
  let number = 0;
  const entry = (kind: string, ms: number, body: object) => ({
    type: 'entry',
    number: ++number,
    kind,
    at: at(ms),
    body,
  });
  const released = (ms: number, state: string, serial: number) => entry('released', ms, { state, serials: [serial] });
  const offered = (ms: number, serial: number) =>
    entry('offered', ms, { firstSerial: serial, arrivals: [serial], userIds: [`u${serial}`], passed: [] });
  const rows = [
    { type: 'drop', id: '7', stock: 2, opensAt: at(0) },
    ...[
      grant(1, 'returned', 9000, 2000),
      grant(2, 'expired', 5000, 5100),
      grant(3, 'expired', 8000, 9050),
      grant(4, 'confirmed', 9000),
    ],
    ...[grant(5, 'held', 20_000)],
    { type: 'payment', id: 'p', serial: 3, state: 'failed', decidedAt: at(9000) },
    entry('claims', 1, {
      firstArrival: 1,
      firstSerial: 1,
      outcomes: 'ggs',
      userIds: 'abc'.split(''),
      requestIds: 'abc'.split(''),
    }),
    entry('joined', joinedAt, { arrivals: [4], userIds: ['u4'] }),
    ...[released(2000, 'returned', 1), offered(2000, 3)],
    ...[released(5100, 'expired', 2), offered(5100, 4)],
    ...[released(9050, 'expired', 3), offered(9050, 5)],
  ];
  const record = new SaleRecord();
  record.givenBack.set('7-1', { sentAt: 1990, answeredAt: 2020 });
  for (const [id, toldAt] of [
    ['7-3', 2030],
    ['7-4', 5150],
    ['7-5', 9100],
  ] as const)
    record.offers.set(id, toldAt);
  return { ledger: parseLedger(rows.map((row) => JSON.stringify(row)).join('\n')), record };
}

const measure = ({ ledger, record }: ReturnType<typeof sale>) => measureTurnover(ledger, record, HOUR_MS);

describe('the turnover', () => {
  it('counts from a give-back’s answer and its sending, and from a hold’s end, which a payment may put off', () => {
    expect(measure(sale())).toEqual({
      ...{ offered: 3, untold: [], untoldEnds: [] },
      ...{ afterGiveBackMs: [10], sinceGiveBackSentMs: [40], afterHoldMs: [150, 100] },
    });
  });

  it('counts nothing before the next person stood in line, and nothing below zero', () => {
    const { ledger, record } = sale(5120);
    record.offers.set('7-3', 2010);
    expect(measure({ ledger, record })).toMatchObject({ afterGiveBackMs: [0], afterHoldMs: [30, 100] });
  });

  it('names the offers that nobody heard of; those found by asking have no time', () => {
    const { ledger, record } = sale();
    record.offers.clear();
    record.offersFound.add('7-3');
    expect(measure({ ledger, record })).toMatchObject({ offered: 3, untold: ['7-4', '7-5'], afterHoldMs: [] });
  });

  it('names the holds whose end nobody was told of, not those that the ledger ended late', () => {
    const { ledger, record } = sale();
    record.endsNotHeard.set('7-2', 20_000).set('7-3', 9500).set('7-5', 20_000);
    expect(measure({ ledger, record }).untoldEnds).toEqual(['7-2']);
  });
});
