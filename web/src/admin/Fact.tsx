import type { ComponentChildren } from 'preact';

interface FactProps {
  term: string;
  mark?: ComponentChildren;
  /** Two columns, as money may be long. */
  isWide?: boolean;
  /** Null while it is not known: as high as it will be. */
  children: ComponentChildren;
}

/** A figure and its name, in a grid of such. */
export function Fact({ term, mark, isWide, children }: FactProps) {
  return (
    <div class="fact" data-wide={isWide}>
      <dt>
        {mark}
        {term}
      </dt>
      <dd class="number">{children === null ? <span class="skeleton fact-skeleton" /> : children}</dd>
    </div>
  );
}
