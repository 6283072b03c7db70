/** What is told of sales in which everybody presses at the opening: how fast, and whether it was right. */
import { below, type Figure } from './figure.ts';
import { latenciesMs, latencyText, problemOf, runsText, type Sale } from './loadtest.ts';
import { median } from './statistics.ts';

export interface AtOnce {
  readonly name: string;
  readonly sales: readonly Sale[];
  readonly stock: number;
  readonly p95MsMax: number;
}

export function atOnceFigures({ name, sales, stock, p95MsMax }: AtOnce): Figure[] {
  const p95sMs = latenciesMs(sales, 'p95Ms');
  const p95Ms = median(p95sMs);
  const granted = sales.map(({ claims }) => claims.granted);
  const answered = sales.map(({ claims }) => claims.claims - claims.unanswered);
  const problems = sales.map(problemOf).filter((problem) => problem !== '');
  const claimsPerSecond = median(sales.map(({ claims }) => claims.claimsPerSecond));
  return [
    {
      what: `${name}, p95 from the intended instant`,
      value: p95Ms,
      unit: 'ms',
      remark: `${latencyText(sales, 'p50Ms', 'p99Ms', 'maxMs')}; ${runsText(sales)}; ${Math.round(claimsPerSecond).toLocaleString('en-US')} claims/s`,
      target: below(p95MsMax, p95Ms, 'ms'),
      details: { p95sMs, sales },
    },
    {
      what: `${name}, granted`,
      value: median(granted),
      unit: '',
      remark:
        problems.length > 0
          ? problems.join('; ')
          : `${Math.min(...answered).toLocaleString('en-US')} answered, no errors, clean history`,
      target: {
        text: `exactly ${stock.toLocaleString('en-US')}, all answered, no errors`,
        met: problems.length === 0 && granted.every((units) => units === stock),
      },
      details: { granted },
    },
  ];
}
