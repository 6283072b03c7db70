/** What a close code of the socket asks of the client; the table of docs/socket.md. */
export interface CloseMoves {
  /** Wait at least this long before connecting again. */
  leastMilliseconds: number;
  /** The token was refused: refresh it first. */
  tokenRefused?: boolean;
  /** Signed out elsewhere: go on as a guest. */
  sessionEnded?: boolean;
  /** This page sent something it must never send: come back slowly, and say so to developers. */
  isDefect?: boolean;
}

const table: Record<number, CloseMoves> = {
  1009: { leastMilliseconds: 30_000, isDefect: true },
  1013: { leastMilliseconds: 5_000 },
  4400: { leastMilliseconds: 30_000, isDefect: true },
  4401: { leastMilliseconds: 0, tokenRefused: true },
  4403: { leastMilliseconds: 0, sessionEnded: true },
  4408: { leastMilliseconds: 0 },
  4429: { leastMilliseconds: 5_000 },
};

/** 1001, 1006, 1012 and any unknown code: the server went away, come back with jitter. */
export function closeMoves(code: number): CloseMoves {
  return table[code] ?? { leastMilliseconds: 0 };
}
