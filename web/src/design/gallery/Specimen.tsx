import type { ComponentChildren } from 'preact';

/** A group of the page. */
export function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="gallery-group">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** One thing in one state, and what that state is. */
export function Specimen({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <figure class="specimen">
      <div>{children}</div>
      <figcaption>{name}</figcaption>
    </figure>
  );
}
