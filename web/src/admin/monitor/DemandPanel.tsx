import { amount } from '../../language/format.ts';
import { Fact } from '../Fact.tsx';
import { figureText } from '../figure-text.ts';
import { monitorMessages } from './monitor-messages.ts';
import type { Seconds } from './second-window.ts';
import type { Monitor } from './useMonitor.ts';
import type { Shown } from './useShown.ts';

const refusals = ['notOpen', 'limitReached', 'closed', 'soldOut'] as const;

/** What is asked of the shop at this moment, and what it has still to answer. */
export function DemandPanel({ monitor, shown }: { monitor: Monitor; shown: Shown }) {
  const words = monitorMessages.value.demand;
  const totals = monitor.totals.value;
  const fleet = monitor.fleet.value;
  const seconds = shown.seconds.value;
  const row = shown.settled.value;
  const known = totals !== null;
  return (
    <section class="panel admin-panel" aria-busy={!known}>
      <h2>{words.title}</h2>
      <dl class="facts-grid">
        <Fact term={words.granted}>{known ? rate(seconds, ['granted'], row) : null}</Fact>
        <Fact term={words.refused}>{known ? rate(seconds, refusals, row) : null}</Fact>
        <Fact term={words.arrivals}>{totals ? amount(totals.arrivals) : null}</Fact>
        <Fact term={words.waiting}>{totals ? amount(totals.waiting) : null}</Fact>
        <Fact term={words.people}>{fleet ? amount(fleet.people) : null}</Fact>
        <Fact term={words.sockets}>{fleet ? amount(fleet.sockets) : null}</Fact>
        <Fact term={words.claimsWaiting}>{fleet ? amount(fleet.claimsWaiting) : null}</Fact>
        <Fact term={words.lag}>{fleet ? (fleet.lag === null ? words.noQueue : amount(fleet.lag)) : null}</Fact>
      </dl>
    </section>
  );
}

function rate(seconds: Seconds, names: ReadonlyArray<'granted' | (typeof refusals)[number]>, row: number): string {
  return figureText(names.reduce((all, name) => all + (seconds[name][row] ?? Number.NaN), 0));
}
