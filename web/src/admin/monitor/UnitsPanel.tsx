import type { Drop } from '../../drops/drop.ts';
import { amount, money } from '../../language/format.ts';
import type { Colour } from '../charts/colours.ts';
import { Swatch } from '../charts/Swatch.tsx';
import { Fact } from '../Fact.tsx';
import type { Totals } from './monitor.ts';
import { monitorMessages } from './monitor-messages.ts';

interface Part {
  name: 'confirmed' | 'used' | 'held' | 'issued' | 'free';
  count: number | null;
  colour: Colour;
}

/** Each unit of the stock is in one of these places; what came back is told beside them. */
export function UnitsPanel({ drop, totals }: { drop: Drop; totals: Totals | null }) {
  const words = monitorMessages.value.units;
  const states = totals?.states;
  const isProduct = drop.kind === 'product';
  const parts: Part[] = isProduct
    ? [
        { name: 'confirmed', count: states?.confirmed ?? null, colour: 'chart-granted' },
        { name: 'held', count: states?.held ?? null, colour: 'chart-limit' },
        { name: 'free', count: totals?.remaining ?? null, colour: 'chart-sold-out' },
      ]
    : [
        { name: 'used', count: states?.used ?? null, colour: 'chart-granted' },
        { name: 'issued', count: states?.issued ?? null, colour: 'chart-limit' },
        { name: 'free', count: totals?.remaining ?? null, colour: 'chart-sold-out' },
      ];
  return (
    <section class="panel admin-panel" aria-busy={totals === null}>
      <h2>{words.title}</h2>
      <div class="units-bar" aria-hidden="true">
        {parts.map(({ name, count, colour }) => (
          <i key={name} style={{ flexGrow: count ?? 0, background: `var(--${colour})` }} />
        ))}
      </div>
      <dl class="facts-grid">
        {parts.map(({ name, count, colour }) => (
          <Fact key={name} term={words[name]} mark={<Swatch colour={colour} />}>
            {count === null ? null : amount(count)}
          </Fact>
        ))}
        <Fact term={isProduct ? words.expired : words.expiredCoupons}>{states ? amount(states.expired) : null}</Fact>
        <Fact term={isProduct ? words.returned : words.cancelled}>
          {states ? amount(isProduct ? states.returned : states.cancelled) : null}
        </Fact>
        {isProduct && (
          <>
            <Fact term={words.pending}>{totals ? amount(totals.pendingPayments) : null}</Fact>
            <Fact term={words.money} isWide>
              {totals ? money(totals.paid.amount, drop.currency) : null}
            </Fact>
          </>
        )}
      </dl>
    </section>
  );
}
