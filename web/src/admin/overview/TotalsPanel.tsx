import { amount } from '../../language/format.ts';
import { Fact } from '../Fact.tsx';
import type { Dashboard } from './dashboard.ts';
import { overviewMessages } from './overview-messages.ts';

export function TotalsPanel({ dashboard }: { dashboard: Dashboard | null }) {
  const words = overviewMessages.value.totals;
  const totals = dashboard?.totals;
  const figure = (read: (known: Dashboard['totals']) => number) => (totals ? amount(read(totals)) : null);
  return (
    <section class="panel admin-panel" aria-busy={dashboard === null}>
      <h2>{words.title}</h2>
      <dl class="facts-grid">
        <Fact term={words.drops}>
          {dashboard ? amount(Object.values(dashboard.drops).reduce((sum, count) => sum + count, 0)) : null}
        </Fact>
        <Fact term={words.accounts}>{dashboard ? amount(dashboard.accounts) : null}</Fact>
        <Fact term={words.arrivals}>{figure(({ arrivals }) => arrivals)}</Fact>
        <Fact term={words.granted}>{figure(({ granted }) => granted)}</Fact>
        <Fact term={words.confirmed}>{figure(({ confirmed }) => confirmed)}</Fact>
        <Fact term={words.used}>{figure(({ used }) => used)}</Fact>
        <Fact term={words.held}>{figure(({ held }) => held)}</Fact>
        <Fact term={words.waiting}>{figure(({ waiting }) => waiting)}</Fact>
        <Fact term={words.lost}>{figure(({ expired }) => expired)}</Fact>
        <Fact term={words.back}>{figure(({ returned, cancelled }) => returned + cancelled)}</Fact>
      </dl>
    </section>
  );
}
