import type { ComponentChildren } from 'preact';

/** A table of figures that may be wider than its place: it scrolls, by keyboard too. */
export function WideFigures({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
    <section class="figures-scroll" aria-label={label} tabIndex={0}>
      <table class="figures">{children}</table>
    </section>
  );
}
