import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

export type Loaded<T> = { is: 'loading' } | { is: 'ready'; value: T } | { is: 'failed'; error: unknown };

/** Runs `load` now and whenever `key` changes; an answer for an older key is ignored. */
export function useLoad<T>(key: string, load: () => Promise<T>): { state: Signal<Loaded<T>>; reload: () => void } {
  const state = useSignal<Loaded<T>>({ is: 'loading' });
  const turn = useSignal(0);
  const run = () => {
    const mine = ++turn.value;
    state.value = { is: 'loading' };
    load().then(
      (value) => {
        if (mine === turn.peek()) state.value = { is: 'ready', value };
      },
      (error: unknown) => {
        if (mine === turn.peek()) state.value = { is: 'failed', error };
      },
    );
  };
  useEffect(() => {
    run();
    return () => {
      turn.value += 1;
    };
  }, [key]);
  return { state, reload: run };
}
