import { amount } from '../language/format.ts';

/** A figure of a second, as it is written; a dash where nothing is known of it. */
export function figureText(figure: number | null | undefined, write = amount): string {
  return figure === null || figure === undefined || Number.isNaN(figure) ? '–' : write(figure);
}
