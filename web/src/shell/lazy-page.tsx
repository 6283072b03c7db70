import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import lazy from 'preact-iso/lazy';
import { LoadFailure } from './LoadFailure.tsx';

/** A page whose code comes when it is asked for; where it does not come, that is said, and it is asked for again when the network is back. */
export function lazyPage<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>) {
  const late = signal<ComponentType<Props> | null>(null);

  async function retry(): Promise<void> {
    late.value = await load().then(
      (loaded) => loaded.default,
      () => null,
    );
  }

  function NotLoaded(props: Props) {
    const Page = late.value;
    return Page ? <Page {...props} /> : <LoadFailure onRetry={() => void retry()} />;
  }

  return lazy(() => load().catch(() => ({ default: NotLoaded as ComponentType<Props> })));
}
