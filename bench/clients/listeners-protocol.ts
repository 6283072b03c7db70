/** What the benchmark of sockets and its client say to each other. Times are wall clock, in milliseconds, which the server on this machine shares. */

export type ListenersCommand =
  /** Opens a member's socket per token. */
  | { readonly type: 'connect'; readonly tokens: readonly string[] }
  /** All watch this drop. */
  | { readonly type: 'watch'; readonly dropId: string }
  /** Each claims one unit of it, so many in a second; answered with Rush when all have been answered. `breakAfterMs`: then all sockets break, and come back within `backWithinMs`. */
  | {
      readonly type: 'rush';
      readonly dropId: string;
      readonly perSecond: number;
      readonly breakAfterMs?: number;
      readonly backWithinMs?: number;
    }
  /** All follow this drop, and want to hear when it opens. */
  | { readonly type: 'follow'; readonly dropId: string }
  /** Waits until so many messages of this kind have come since the last time; answered with Heard. */
  | {
      readonly type: 'hear';
      readonly kind: 'grant' | 'notification';
      readonly count: number;
      readonly withinMs: number;
    };

export interface Rush {
  /** How often each outcome or error was the last word. */
  readonly answers: Readonly<Record<string, number>>;
  /** Per socket: when it was told that the drop is sold out; 0: never. */
  readonly soldOutAtMs: readonly number[];
  /** Of those that came back: from opening a socket to its `welcome`. */
  readonly backMs: readonly number[];
  readonly resumed: number;
  /** From the first press to the last answer. */
  readonly durationMs: number;
}

export interface Heard {
  readonly count: number;
  /** When each came. */
  readonly receivedAtMs: readonly number[];
  /** Of each `grant`: from the grant to its message. */
  readonly latenciesMs: readonly number[];
  /** Messages that came to a socket twice, or after a later one. */
  readonly outOfOrder: number;
  /** People who were told so often of the same grant: 1 is right. */
  readonly perPersonMax: number;
}
