/** Titles are what others typed: made one line, and cut where a reader would cut them. */

/** No line ends, no control characters, no marks that turn the direction of what follows: those belong to no title, and in headers they would begin new ones. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * At most `lengthMax` UTF-16 units of what `escaped` makes of it, with `…` where something was left out. Cuts between whole characters (a family of four is one),
 * and never within an escape: it is called with one character at a time.
 */
export function shortened(
  text: string,
  lengthMax: number,
  escaped: (character: string) => string = (same) => same,
): string {
  let kept = '';
  let keptIfCut = '';
  for (const { segment } of characters.segment(text)) {
    const next = escaped(segment);
    if (kept.length + next.length > lengthMax) return `${keptIfCut}…`;
    kept += next;
    if (kept.length < lengthMax) keptIfCut = kept;
  }
  return kept;
}
