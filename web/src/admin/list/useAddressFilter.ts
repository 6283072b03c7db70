import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';

interface AddressFilter<Filter> {
  filter: Signal<Filter>;
  choose: (change: Partial<Filter>) => void;
}

/**
 * A list's filter lives in the page's own address, so that a filtered list can be kept and passed on. The address has the last word: a press on the list's
 * own link, or the way back, shows what it says.
 */
export function useAddressFilter<Filter extends object>(read: (search: string) => Filter): AddressFilter<Filter> {
  const filter = useSignal(read(location.search));
  const { path } = useLocation();
  useEffect(() => {
    // The router hears of the change first, and of none where it does not know what was filtered.
    const follow = () => {
      if (location.pathname !== path) return;
      const addressed = read(location.search);
      if (writeFilter(addressed) !== writeFilter(filter.peek())) filter.value = addressed;
    };
    for (const event of ['click', 'popstate']) addEventListener(event, follow);
    follow();
    return () => {
      for (const event of ['click', 'popstate']) removeEventListener(event, follow);
    };
  }, [path]);
  const choose = (change: Partial<Filter>) => {
    filter.value = { ...filter.value, ...change };
    // Not a step of its own: the cursor stays in the filter, and one press goes back to where one came from.
    history.replaceState(history.state, '', location.pathname + writeFilter(filter.value));
  };
  return { filter, choose };
}

/** As a query; what is empty filters nothing and is left out. */
export function writeFilter(filter: object): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
  return query.size === 0 ? '' : `?${query}`;
}

/** The word if it is one of these, else the empty one: all of them. */
export function oneOf<Value extends string>(values: readonly Value[], word: string | null): Value | '' {
  return values.find((value) => value === word) ?? '';
}
