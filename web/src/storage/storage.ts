/**
 * Browser storage that never throws: it may be forbidden or full, and then the page only forgets across reloads.
 */
export function readLocal(key: string): string | null {
  return read(() => localStorage.getItem(key));
}

export function writeLocal(key: string, value: string | null): void {
  write(() => localStorage, key, value);
}

export function readSession(key: string): string | null {
  return read(() => sessionStorage.getItem(key));
}

export function writeSession(key: string, value: string | null): void {
  write(() => sessionStorage, key, value);
}

/** Parses what another version of the page may have written; `isValid` is the gate. */
export function parseStored<T>(text: string | null, isValid: (value: unknown) => value is T): T | null {
  if (text === null) return null;
  const value = read(() => JSON.parse(text) as unknown);
  return isValid(value) ? value : null;
}

function read<T>(get: () => T): T | null {
  try {
    return get();
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // See above.
  }
}
