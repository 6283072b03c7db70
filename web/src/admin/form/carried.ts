import type { Draft } from './draft.ts';

/** What was typed into the form of a drop that is over, on its way to the form of a new one. */
let carried: { from: string; draft: Draft } | null = null;

export function carry(from: string, draft: Draft): void {
  carried = { from, draft };
}

/** Once: whoever comes again finds the terms of the drop. */
export function takeCarried(from: string): Draft | null {
  const draft = carried?.from === from ? carried.draft : null;
  carried = null;
  return draft;
}
