/** What the report says of a whole sale. */
import type { LatencyFigures } from '../latency.ts';
import { count, ms } from '../words.ts';
import type { WholeSaleFigures } from './figures.ts';
import type { WholeSaleOptions } from './options.ts';

export function describeWholeSale({
  holdSeconds,
  pay,
  giveBack,
  join,
  leave,
  declined,
  late,
}: WholeSaleOptions): string {
  return [
    `a whole sale, slots held for ${holdSeconds} s: of 100 winners ${pay} pay at once, ${giveBack} give back, ${100 - pay - giveBack} walk away;`,
    `of 100 losers ${join} wait in line, of whom ${leave} may leave; of 100 buyers ${declined} have a declined card first, ${late} a late one`,
  ].join('\n');
}

export function wholeSaleLines(figures: WholeSaleFigures): string[] {
  const { people, slots, payments, paymentStates, charges } = figures;
  return [
    endInWords(figures),
    `slots     ${inWords(slots)}`,
    `people    ${inWords(people)}`,
    `payments  ${inWords(paymentStates)}; charged ${count(charges.taken)} times, ${count(charges.givenBack)} of them given back`,
    '',
    ...table([
      ['offer after a give-back was sent', figures.offerSinceGiveBackSent],
      ['offer after a give-back’s answer', figures.offerAfterGiveBack],
      ['offer after a hold’s end', figures.offerAfterHold],
      ['holder told of a hold’s end', figures.expiryTold],
      ...Object.entries(payments)
        .sort(([one], [other]) => (one < other ? 1 : -1))
        .map(([end, latency]): [string, LatencyFigures | null] => [`payment ${end}`, latency]),
    ]),
    ...figures.oddities.map((oddity) => `ODD: ${oddity}`),
    ...figures.failures.map((failure) => `FAILED: ${failure}`),
  ];
}

function endInWords({ end, sold, unsold, offered, allSoldAfterMs }: WholeSaleFigures): string {
  const moved = `the line moved ${count(offered)} times`;
  if (allSoldAfterMs !== null)
    return `all ${count(sold)} units sold ${(allSoldAfterMs / 1000).toFixed(1)} s after the opening; ${moved}`;
  const why = {
    sold: 'though everybody was told otherwise',
    settled: 'and nobody waits for them any more',
    stuck: 'and nothing moved any more',
    late: 'when the time was over',
  }[end];
  return `${count(sold)} units sold, ${count(unsold)} left, ${why}; ${moved}`;
}

function inWords(counts: Readonly<{ [name: string]: number }>): string {
  return Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, number]) => `${count(number)} ${name}`)
    .join(', ');
}

function table(rows: readonly (readonly [string, LatencyFigures | null])[]): string[] {
  const header = `${''.padEnd(36)}${['count', 'p50', 'p95', 'p99', 'max'].map((name) => name.padStart(11)).join('')}`;
  const lines = rows.flatMap(([name, latency]) => {
    if (latency === null) return [];
    const { p50Ms, p95Ms, p99Ms, maxMs } = latency;
    const cells = [count(latency.count), ms(p50Ms), ms(p95Ms), ms(p99Ms), ms(maxMs)];
    return [`${name.padEnd(36)}${cells.map((cell) => cell.padStart(11)).join('')}`];
  });
  return lines.length === 0 ? [] : [header, ...lines];
}
