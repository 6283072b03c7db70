import type { Evidence } from './evidence.ts';

/** A broken promise: which rule, and the facts in words, with the ids needed to find them again. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

export interface Rule {
  readonly name: string;
  /** The invariant, as a sentence that is true of every correct history. */
  readonly promise: string;
  /** One sentence of facts per breach; none when the promise was kept. */
  readonly breaches: (evidence: Evidence) => readonly string[];
}

/** Names a claim as people read it: `user 4, request r-17`. */
export function who(of: { readonly userId: string; readonly requestId: string }): string {
  return `user ${of.userId}, request ${of.requestId}`;
}

/** Names a step: `arrival 17 (user 4, request r-17)`. */
export function which(of: { readonly arrival: number; readonly userId: string; readonly requestId: string }): string {
  return `arrival ${of.arrival} (${who(of)})`;
}
