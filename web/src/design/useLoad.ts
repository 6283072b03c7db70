import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export type Loaded<T> = { is: 'loading' } | { is: 'ready'; value: T } | { is: 'failed'; error: unknown };

interface Loading<T> {
  state: Signal<Loaded<T>>;
  reload: () => void;
  /** Asks again behind what is shown; when that fails, what is shown stays. */
  refresh: () => void;
}

/** Runs `load` now and whenever `key` changes; an answer for an older key is ignored. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loading<T> {
  const state = useSignal<Loaded<T>>({ is: 'loading' });
  const turn = useSignal(0);
  const run = () => {
    const mine = ++turn.value;
    load().then(
      (value) => {
        if (mine === turn.peek()) state.value = { is: 'ready', value };
      },
      (error: unknown) => {
        if (mine === turn.peek() && state.peek().is !== 'ready') state.value = { is: 'failed', error };
      },
    );
  };
  const reload = () => {
    state.value = { is: 'loading' };
    run();
  };
  useEffect(() => {
    reload();
    return () => {
      turn.value += 1;
    };
  }, [key]);
  return { state, reload, refresh: run };
}
