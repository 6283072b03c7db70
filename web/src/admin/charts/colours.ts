/**
 * A canvas knows nothing of custom properties and light-dark(): colours are asked of the browser, once per theme. The theme changes by an attribute of the
 * page, or with the system.
 */
export type Colour =
  | 'ink-soft'
  | 'line'
  | 'surface'
  | 'accent'
  | 'chart-granted'
  | 'chart-sold-out'
  | 'chart-limit'
  | 'chart-closed'
  | 'chart-early'
  | 'chart-fault';

const known = new Map<Colour, string>();
const listeners = new Set<() => void>();

/** `near`: an element of the page whose colour may be borrowed for a moment. */
export function colourOf(colour: Colour, near: HTMLElement): string {
  const remembered = known.get(colour);
  if (remembered !== undefined) return remembered;
  const before = near.style.color;
  near.style.color = `var(--${colour})`;
  const asked = getComputedStyle(near).color;
  near.style.color = before;
  known.set(colour, asked);
  return asked;
}

/** Calls back after the theme has changed. Returns how to stop it. */
export function onThemeChange(listener: () => void): () => void {
  if (listeners.size === 0) {
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    system.addEventListener('change', forget);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    observer.disconnect();
    system.removeEventListener('change', forget);
    known.clear();
  };
}

const system = matchMedia('(prefers-color-scheme: dark)');
const observer = new MutationObserver(forget);

function forget(): void {
  known.clear();
  for (const listener of listeners) listener();
}
