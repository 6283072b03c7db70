import { type Signal, useSignal } from '@preact/signals';

interface AddressFilter<Filter> {
  filter: Signal<Filter>;
  choose: (change: Partial<Filter>) => void;
}

/** A list's filter lives in the page's own address, so that a filtered list can be kept and passed on. */
export function useAddressFilter<Filter extends object>(read: (search: string) => Filter): AddressFilter<Filter> {
  const filter = useSignal(read(location.search));
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
