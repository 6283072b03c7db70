/** Somebody who is told things, over whichever transport: a socket (connection.ts) or an event stream (event-stream.ts). */
import type { Identity } from '../accounts/account.ts';
import type { Packet } from './packet.ts';
import type { PersonalStream } from './personal-stream.ts';

export interface Listener {
  readonly address: string;
  /** Undefined: a guest, or nobody yet. */
  readonly identity: Identity | undefined;
  /** By the monotonic clock: when this client last gave a sign of life. */
  readonly heardAtMs: number;
  /** This person's messages. */
  readonly stream: PersonalStream;
  /** The ids of the drops that are watched, and how many were asked for that there are not; kept by the live view. */
  watched: readonly string[];
  unknownDrops: number;
  /** All that waits for this client in this process. */
  readonly unsentBytes: number;
  /** Whether something has waited for about ten seconds and nothing of it has left; asked once a second. */
  isStuck(): boolean;
  send(message: string): void;
  sendPacket(packet: Packet): void;
  /** What is for this person alone. Closes with 4401 instead when their token has expired. */
  tell(packet: Packet): void;
  close(code: number, reason: string): void;
}

export function hasExpired(identity: Identity | undefined, nowMs = Date.now()): boolean {
  return identity !== undefined && identity.expiresAtMs <= nowMs;
}

/** docs/socket.md says what a client does about each. */
export const CLOSE = {
  restart: 1012,
  full: 1013,
  malformed: 4400,
  unauthenticated: 4401,
  sessionEnded: 4403,
  tooSlow: 4408,
  tooMany: 4409,
  flood: 4429,
} as const;

/** How long a closed connection stays for its Close frame or event to be read, and answered. */
export const SLOW_FAREWELL_MS = 2_000;
