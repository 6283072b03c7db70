/** The figures of a whole sale. Plain data, for `--json`. */
import type { Ledger } from '../../history/ledger.ts';
import { type LatencyFigures, measureLatency } from '../latency.ts';
import type { End, SaleRecord } from './sale-record.ts';
import { measureTurnover } from './turnover.ts';
import type { SaleEnd } from './whole-sale.ts';

export interface WholeSaleFigures {
  readonly end: SaleEnd;
  /** Units, by the ledger. */
  readonly sold: number;
  readonly unsold: number;
  /** From the opening to the last payment, by the ledger; `null` while units are left. */
  readonly allSoldAfterMs: number | null;
  /** People, by how the sale ended for them. */
  readonly people: Readonly<Partial<Record<End, number>>>;
  /** Slots, by their state in the ledger. */
  readonly slots: Readonly<{ [state: string]: number }>;
  /** How often the line moved. */
  readonly offered: number;
  /** From a give-back's answer, its sending, and a hold's end by the server's clock, to the next person's offer over the socket. */
  readonly offerAfterGiveBack: LatencyFigures | null;
  readonly offerSinceGiveBackSent: LatencyFigures | null;
  readonly offerAfterHold: LatencyFigures | null;
  /** From a hold's end until its holder was told. */
  readonly expiryTold: LatencyFigures | null;
  /** From the first sending to the end that its buyer was told, by end. */
  readonly payments: Readonly<{ [end: string]: LatencyFigures | null }>;
  /** By the ledger: payments by state, and what the sandbox took and gave back. */
  readonly paymentStates: Readonly<{ [state: string]: number }>;
  readonly charges: { readonly taken: number; readonly givenBack: number };
  /** Offers of the ledger that came over no socket and were not found by asking either. */
  readonly untoldOffers: readonly string[];
  /** What a correct server never answers, in words: the first of them. All are counted as errors. */
  readonly oddities: readonly string[];
  /** Units that could have been sold and were not, in words; none is a good sale. */
  readonly failures: readonly string[];
}

export function measureWholeSale(
  ledger: Ledger,
  record: SaleRecord,
  end: SaleEnd,
  clockOffsetMs: number,
  unsettled: readonly string[],
): WholeSaleFigures {
  const turnover = measureTurnover(ledger, record, clockOffsetMs);
  const slots = countBy(ledger.grants.map(({ state }) => state));
  const sold = slots['confirmed'] ?? 0;
  const unsold = ledger.drop.stock - sold;
  const byEnd = Map.groupBy(record.payments, (payment) => payment.end);
  return {
    end,
    sold,
    unsold,
    allSoldAfterMs: unsold === 0 ? lastPaymentMs(ledger) : null,
    people: Object.fromEntries(record.ends),
    slots,
    offered: turnover.offered,
    offerAfterGiveBack: measureLatency(turnover.afterGiveBackMs),
    offerSinceGiveBackSent: measureLatency(turnover.sinceGiveBackSentMs),
    offerAfterHold: measureLatency(turnover.afterHoldMs),
    expiryTold: measureLatency(record.expiriesToldAfterMs),
    payments: Object.fromEntries(
      [...byEnd].map(([how, payments]) => [how, measureLatency(payments.map(({ afterMs }) => afterMs))]),
    ),
    paymentStates: countBy(ledger.payments.map(({ state }) => state)),
    charges: {
      taken: ledger.charges.length,
      givenBack: ledger.charges.filter(({ refunded }) => refunded).length,
    },
    untoldOffers: turnover.untold,
    oddities: record.oddities,
    failures: [
      ...unsoldFailures(end, unsold, record),
      ...some('offers were never told to whom they were made', turnover.untold),
      ...some('people were not told that their hold has ended', turnover.untoldEnds),
      ...some('payments had not come to their end long after the sale', unsettled),
    ],
  };
}

function unsoldFailures(end: SaleEnd, unsold: number, record: SaleRecord): string[] {
  if (unsold <= 0) return [];
  if (end === 'late')
    return [`the time was over with ${unsold} units unsold: give it more with --within, or see what it waited for`];
  const wanted = (['waited in vain', 'missed the turn', 'lost while paying', 'without answer'] as const)
    .filter((how) => record.count(how) > 0)
    .map((how) => `${record.count(how)} ${how}`);
  return wanted.length === 0 ? [] : [`${unsold} units were left that people wanted: ${wanted.join(', ')}`];
}

function some(what: string, which: readonly string[]): string[] {
  return which.length === 0 ? [] : [`${which.length} ${what}: ${which[0]}${which.length > 1 ? ' …' : ''}`];
}

function lastPaymentMs({ drop, entries }: Ledger): number {
  const confirmed = entries.findLast(({ kind, body }) => kind === 'settled' && body['state'] === 'confirmed');
  return Date.parse(confirmed?.at ?? '') - Date.parse(drop.opensAt);
}

function countBy(names: readonly string[]): { [name: string]: number } {
  const counts: { [name: string]: number } = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
