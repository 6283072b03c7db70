/** Where a drop stands after a commit, as far as gates and live views need to know; and what the ledger's functions say of it (standing.sql). */

/** `entries` grows with every change, so that of two views the newer is known. */
export interface DropStanding {
  readonly entries: number;
  readonly opensAtMs: number;
  readonly closesAtMs: number | null;
  readonly cancelled: boolean;
  readonly granted: number;
  /** People in the waiting line, if the drop has one: what is left is theirs first. */
  readonly waiting: number;
  readonly stock: number;
  /** The latest arrival that got a unit; null before the first. */
  readonly lastGrantedArrival: number | null;
}

export interface StandingReply {
  entries: number;
  granted: number;
  waiting: number;
  stock: number;
  lastGrantedArrival: number | null;
  opensAt: string;
  closesAt: string | null;
  cancelled: boolean;
}

export function readStanding(reply: StandingReply): DropStanding {
  const { entries, granted, waiting, stock, lastGrantedArrival, opensAt, closesAt, cancelled } = reply;
  return {
    ...{ entries, granted, waiting, stock, lastGrantedArrival, cancelled },
    opensAtMs: Date.parse(opensAt),
    closesAtMs: closesAt === null ? null : Date.parse(closesAt),
  };
}

/** PostgreSQL's JSON times have microseconds and an offset; ours are ISO 8601 in UTC with milliseconds. */
export function isoTime(text: string): string;
export function isoTime(text: string | null): string | null;
export function isoTime(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
