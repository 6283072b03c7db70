/**
 * Numbers as people type them: with commas where the thousands are, as all numbers here are shown, and with the full-width digits of an East Asian
 * keyboard. A comma elsewhere is a slip, or the decimal sign of another country: it is not guessed at.
 */

/** The number with digits and at most one point, or null. */
export function plainNumber(typed: string): string | null {
  const text = typed.normalize('NFKC').trim();
  if (!/^(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d+)?$/.test(text) || text === '') return null;
  return text.replaceAll(',', '');
}

/** NaN for what is no whole number. */
export function wholeNumber(typed: string): number {
  const text = plainNumber(typed);
  return text === null || text.includes('.') ? Number.NaN : Number(text);
}
