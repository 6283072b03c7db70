/** Why a case cannot be tried with these options. */
import type { Stage } from './stage.ts';

const TOKEN_SECONDS_MAX = 60;
const HEARTBEAT_SECONDS_MAX = 5;

export function shortTokens({ settings: { tokenSeconds } }: Stage): string | undefined {
  return tokenSeconds === null || tokenSeconds > TOKEN_SECONDS_MAX
    ? 'start the server with ACCESS_TOKEN_SECONDS=5, and say --token-seconds 5'
    : undefined;
}

export function severalNodes({ hasNodes }: Stage): string | undefined {
  return hasNodes ? undefined : 'needs two nodes of one shop: --server A --server B';
}

export function aRestart({ settings: { restart } }: Stage): string | undefined {
  return restart === null ? 'say how the first server is restarted in an orderly way: --restart COMMAND' : undefined;
}

export function fewPerUser({ settings: { socketsPerUser } }: Stage): string | undefined {
  return socketsPerUser > 50
    ? 'start the server with SOCKETS_PER_USER_MAX=20, and say --sockets-per-user 20'
    : undefined;
}

export function fewPerAddress({ settings: { socketsPerAddress } }: Stage): string | undefined {
  return socketsPerAddress === null || socketsPerAddress > 500
    ? 'start the server with SOCKETS_PER_ADDRESS_MAX=200, and say --sockets-per-address 200'
    : undefined;
}

export function fewUnsentBytes({ settings: { unsentBytes } }: Stage): string | undefined {
  return unsentBytes > 2 * 1024 * 1024 ? 'start the server with SOCKET_UNSENT_BYTES_MAX=1048576' : undefined;
}

/** Known only from `welcome`. */
export function quickHeartbeat(seconds: number): string | undefined {
  return seconds > HEARTBEAT_SECONDS_MAX ? 'start the server with SOCKET_HEARTBEAT_SECONDS=2' : undefined;
}
