import type { Colour } from './colours.ts';

/** Which colour of the chart a row of its table is. */
export function Swatch({ colour, look = 'area' }: { colour: Colour; look?: 'area' | 'dashed' }) {
  return <i class="swatch" data-look={look} style={{ background: `var(--${colour})` }} aria-hidden="true" />;
}
