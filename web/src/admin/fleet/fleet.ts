/** The processes that serve the shop, as they last told of themselves. */
export interface FleetProcess {
  name: string;
  roles: string[];
  startedAt: string;
  seenAt: string;
  sockets: number;
  people: number;
  claimsWaiting: number;
  /** Claims in the queue that nobody has taken yet; null where there is no queue. */
  lag: number | null;
  /** Of one core. */
  cpuShare: number;
  memoryBytes: number;
  /** How late its event loop was (p99). */
  lateMs: number;
}

export interface Fleet {
  processes: FleetProcess[];
  sockets: number;
  people: number;
  claimsWaiting: number;
  lag: number | null;
}

export type Health = 'well' | 'busy' | 'silent';

/** Processes tell of themselves every five seconds at least; one that was not heard for ten is not told of any more. */
const silentMs = 7_500;
const busyLateMs = 250;
const busyCpuShare = 0.95;

export function healthOf({ seenAt, lateMs, cpuShare }: FleetProcess, nowMs: number): Health {
  if (nowMs - Date.parse(seenAt) > silentMs) return 'silent';
  return lateMs > busyLateMs || cpuShare > busyCpuShare ? 'busy' : 'well';
}
