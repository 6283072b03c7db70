import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

export type Loaded<T> = { is: 'loading' } | { is: 'ready'; value: T } | { is: 'failed'; error: unknown };

interface Loading<T> {
  state: Signal<Loaded<T>>;
  reload: () => void;
  /** Asks again behind what is shown; when that fails, what is shown stays, and the promise says so. */
  refresh: () => Promise<void>;
}

/** Runs `load` now and whenever `key` changes; an answer for an older key is ignored. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loading<T> {
  const state = useSignal<Loaded<T>>({ is: 'loading' });
  /** The one that counts; null when nobody looks any more. */
  const newest = useRef<Promise<void> | null>(null);
  const run = (): Promise<void> => {
    const isNewest = () => mine === newest.current;
    const mine: Promise<void> = load().then(
      (value) => {
        if (!isNewest()) return newest.current ?? undefined;
        state.value = { is: 'ready', value };
        return undefined;
      },
      (error: unknown) => {
        if (!isNewest()) return newest.current ?? undefined;
        if (state.peek().is === 'ready') throw error;
        state.value = { is: 'failed', error };
        return undefined;
      },
    );
    newest.current = mine;
    // Whoever does not wait for it has nothing to say about its failure.
    mine.catch(() => undefined);
    return mine;
  };
  const reload = () => {
    state.value = { is: 'loading' };
    void run();
  };
  useEffect(() => {
    reload();
    return () => {
      newest.current = null;
    };
  }, [key]);
  return { state, reload, refresh: run };
}
