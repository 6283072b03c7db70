import type { ComponentChildren } from 'preact';

/** One line of a list of details (`<dl>`). */
export function DetailRow({ term, children }: { term: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}
