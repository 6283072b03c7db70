/** Time zones by their names. */

/**
 * The name as everybody writes it; undefined when there is no such zone. Distances from UTC are none: `Intl` takes "+09:00", and PostgreSQL takes it for the other side of Greenwich.
 */
export function knownTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
