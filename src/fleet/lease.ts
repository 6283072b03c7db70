/**
 * A lease lets one process of a fleet do a job, so that it is done once: for as long as it is held, and it must be held again before it runs out.
 *
 *   nobody's ──hold──> held, with the next fencing number ──hold (by the holder, in time)──> held, the same number
 *      ▲                  │
 *      └── release ───────┴── LEASE_SECONDS without being held again ──> nobody's
 *
 * A lease alone protects nothing: a process that was paused does not know that its lease ran out. So each holder gets a higher number than all before it,
 * and writes only what passes `passFence`, which refuses a number that is not the latest.
 */
export interface Leases {
  /** Takes or keeps the lease; the fencing number, or undefined while another process holds it. Throws when it cannot be known. */
  hold(job: string): Promise<number | undefined>;
  /** Gives it back, if it is held. */
  release(job: string): Promise<void>;
}

export const LEASE_SECONDS = 10;
