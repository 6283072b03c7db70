import { type ComponentChildren, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface PreviewFrameProps {
  title: string;
  screen: { width: number; height: number };
  children: ComponentChildren;
}

/**
 * A page on a screen of another size, made small. It is a document of its own, so that the same style sheets see the width that they would see there;
 * nothing in it can be pressed.
 */
export function PreviewFrame({ title, screen, children }: PreviewFrameProps) {
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);

  useEffect(() => {
    const inside = frame.current?.contentDocument;
    if (!inside || !box.current || !frame.current) return undefined;
    for (const sheet of document.querySelectorAll('link[rel="stylesheet"], style'))
      inside.head.append(sheet.cloneNode(true));
    const { lang, dataset } = document.documentElement;
    inside.documentElement.lang = lang;
    if (dataset['theme'] !== undefined) inside.documentElement.dataset['theme'] = dataset['theme'];
    const forget = keepFitting(box.current, frame.current, screen);
    return () => {
      forget();
      render(null, inside.body);
    };
  }, []);

  useEffect(() => {
    const page = frame.current?.contentDocument?.body;
    if (page) render(<main id="content">{children}</main>, page);
  });

  return (
    <div ref={box} class="preview-frame">
      <iframe ref={frame} title={title} width={screen.width} height={screen.height} tabIndex={-1} inert />
    </div>
  );
}

/** As large as there is room. */
function keepFitting(box: HTMLElement, frame: HTMLElement, screen: PreviewFrameProps['screen']): () => void {
  const observer = new ResizeObserver(() => {
    const scale = Math.min(1, box.clientWidth / screen.width);
    frame.style.transform = `scale(${scale})`;
    box.style.height = `${Math.round(screen.height * scale)}px`;
  });
  observer.observe(box);
  return () => observer.disconnect();
}
