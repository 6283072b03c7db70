import { computed, type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { Choice } from '../../design/Choice.tsx';
import { amount, currencyDigits, money } from '../../language/format.ts';
import { serverNow } from '../../realtime/clock.ts';
import { Chart, type ChartSeries } from '../charts/Chart.tsx';
import { dayText } from '../charts/short-text.ts';
import { WideFigures } from '../WideFigures.tsx';
import type { Dashboard, Day, Days, Money } from './dashboard.ts';
import { overviewMessages } from './overview-messages.ts';

const grantedLook: ChartSeries[] = [{ colour: 'chart-granted', look: 'bars' }];
const paidLook: ChartSeries[] = [{ colour: 'chart-closed', look: 'bars' }];

/** The last days: what was granted, what was paid, and all of it as a table. */
export function TrendPanel({ dashboard, range }: { dashboard: ReadonlySignal<Dashboard | null>; range: Signal<Days> }) {
  const words = overviewMessages.value.trend;
  const days = useComputed(() => dashboard.value?.days ?? emptyDays(Number(range.value)));
  const currency = useComputed(() => mainCurrency(days.value));
  const pointed = useSignal<number | null>(null);
  const tick = (value: number) => {
    const day = days.peek()[value];
    return day === undefined ? '' : dayText(day.day);
  };
  const granted = useBars(days, (day) => day.granted);
  const paid = useBars(days, (day) => (day.paid[currency.value] ?? 0) / 10 ** currencyDigits(currency.value));
  const shownDay = days.value[pointed.value ?? -1] ?? days.value.at(-1);
  const point = (index: number | null) => {
    pointed.value = index;
  };
  return (
    <section class="panel admin-panel" aria-busy={dashboard.value === null}>
      <div class="admin-panel-head">
        <h2>{words.title}</h2>
        <div class="trend-range">
          <Choice
            label={words.range}
            isLabelHidden
            name="days"
            value={range.value}
            options={words.ranges}
            onValue={(next) => {
              range.value = next;
            }}
          />
        </div>
      </div>
      <div class="trend-pair">
        <figure>
          <figcaption>
            <strong>{words.granted}</strong>
            <span class="small soft number">
              {shownDay && `${dayText(shownDay.day)} · ${dashboard.value ? amount(shownDay.granted) : '–'}`}
            </span>
          </figcaption>
          <Chart
            label={words.grantedPicture}
            series={grantedLook}
            data={granted}
            tick={tick}
            leastTop={4}
            isWhole
            group="days"
            onHover={point}
          />
        </figure>
        <figure>
          <figcaption>
            <strong>{words.paid}</strong>
            <span class="small soft number">
              {shownDay &&
                `${dayText(shownDay.day)} · ${dashboard.value ? money(shownDay.paid[currency.value] ?? 0, currency.value) : '–'}`}
            </span>
          </figcaption>
          <Chart
            label={words.paidPicture(currency.value)}
            series={paidLook}
            data={paid}
            tick={tick}
            leastTop={10}
            group="days"
            onHover={point}
          />
        </figure>
      </div>
      <details class="trend-table">
        <summary>{words.table}</summary>
        <DaysTable days={dashboard.value?.days ?? []} />
      </details>
    </section>
  );
}

function DaysTable({ days }: { days: readonly Day[] }) {
  const words = overviewMessages.value.trend;
  return (
    <WideFigures label={words.table}>
      <thead>
        <tr>
          {(['day', 'granted', 'refused', 'faults', 'payments', 'paid', 'refunded', 'sent', 'failed'] as const).map(
            (column) => (
              <th key={column} scope="col">
                {words[column]}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {[...days].reverse().map((day) => (
          <tr key={day.day}>
            <th scope="row">{dayText(day.day)}</th>
            <td>{amount(day.granted)}</td>
            <td>{amount(day.refused)}</td>
            <td>{amount(day.faults)}</td>
            <td>{amount(day.payments)}</td>
            <td>{moneyText(day.paid)}</td>
            <td>{moneyText(day.refunded)}</td>
            <td>{amount(day.deliveriesSent)}</td>
            <td>{amount(day.deliveriesFailed)}</td>
          </tr>
        ))}
      </tbody>
    </WideFigures>
  );
}

function useBars(days: ReadonlySignal<readonly Day[]>, read: (day: Day) => number) {
  return useMemo(
    () =>
      computed(() => {
        const known = days.value;
        return [known.map((_, index) => index), known.map(read)] as [number[], number[]];
      }),
    [days],
  );
}

/** Empty axes, where the first figures will be. */
function emptyDays(count: number): Day[] {
  const now = serverNow();
  return Array.from({ length: count }, (_, index) => ({
    day: new Date(now - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
    ...{
      granted: 0,
      refused: 0,
      faults: 0,
      deliveriesSent: 0,
      deliveriesFailed: 0,
      payments: 0,
      paid: {},
      refunded: {},
    },
  }));
}

/** The one that most days have: others are in the table. */
function mainCurrency(days: readonly Day[]): string {
  const counts = new Map<string, number>();
  for (const { paid } of days)
    for (const currency of Object.keys(paid)) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  return [...counts].sort(([, left], [, right]) => right - left)[0]?.[0] ?? 'KRW';
}

function moneyText(amounts: Money): string {
  const texts = Object.entries(amounts).map(([currency, units]) => money(units, currency));
  return texts.length === 0 ? '–' : texts.join(' · ');
}
