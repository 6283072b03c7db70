/** What the benchmark of grants and its client say to each other. Times are wall clock, in milliseconds, which the server on this machine shares. */

export interface Holder {
  readonly token: string;
  readonly grantId: string;
  readonly holdUntilMs: number;
}

export type GrantsCommand =
  /** Opens a socket each, over which offers come. */
  | { readonly type: 'connect'; readonly tokens: readonly string[] }
  /** Everybody claims one unit; answered with Claimed. */
  | { readonly type: 'claim'; readonly dropIds: readonly string[]; readonly tokens: readonly string[] }
  /** Everybody asks for a place in the line. */
  | { readonly type: 'wait'; readonly dropId: string; readonly tokens: readonly string[] }
  /** Waits for so many offers; answered with Offers. */
  | { readonly type: 'offers'; readonly count: number; readonly withinMs: number }
  /** Every second of them is used, the others are cancelled; answered with Changed. */
  | { readonly type: 'change'; readonly holders: readonly Holder[] };

export interface Claimed {
  /** One for each token, in their order; drops in turn. */
  readonly holders: readonly Holder[];
}

export interface Offers {
  /** When each came, in this order. */
  readonly receivedAtMs: readonly number[];
  /** When each slot was granted, by the database's clock. */
  readonly grantedAtMs: readonly number[];
}

export interface Changed {
  readonly durationMs: number;
  readonly latenciesMs: readonly number[];
  /** How often each status came back. */
  readonly statuses: Readonly<Record<string, number>>;
}
