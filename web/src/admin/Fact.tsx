import type { ComponentChildren } from 'preact';

interface FactProps {
  term: string;
  mark?: ComponentChildren;
  /** Null while it is not known: as high as it will be. */
  children: ComponentChildren;
}

/** A figure and its name, in a grid of such. */
export function Fact({ term, mark, children }: FactProps) {
  return (
    <div class="fact">
      <dt>
        {mark}
        {term}
      </dt>
      <dd class="number">{children === null ? <span class="skeleton fact-skeleton" /> : children}</dd>
    </div>
  );
}
