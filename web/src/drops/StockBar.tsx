import type { Drop } from './drop.ts';

/** The remaining share as a bar; the number beside it says the same in words, so the bar is hidden from readers. */
export function StockBar({ drop }: { drop: Drop }) {
  const share = drop.stock === 0 ? 0 : Math.min(1, Math.max(0, drop.remaining / drop.stock));
  return (
    <span class="stock-bar" data-low={share <= 0.1} aria-hidden="true">
      <span style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
