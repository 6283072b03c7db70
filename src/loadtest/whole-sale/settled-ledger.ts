/**
 * The ledger when all money has come to its end. A buyer whose card was silent pays with another one; that the first was charged
 * after all comes out later, and its money goes back when the sale may be over. Without payments it is read once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../history/ledger.ts';
import type { AdministratorApi } from '../api.ts';

const settledWithinMs = 30_000;
const readEveryMs = 1000;
/** The sandbox's latest charge comes so long after it was asked for, and a little. */
const chargedWithinMs = 7000;

export async function readSettledLedger(
  api: AdministratorApi,
  dropId: string,
  signal: AbortSignal,
): Promise<{ ledger: Ledger; unsettled: readonly string[] }> {
  const deadline = performance.now() + settledWithinMs;
  for (;;) {
    const ledger = await api.readLedger(dropId);
    const unsettled = unsettledPayments(ledger);
    if (unsettled.length === 0 || performance.now() > deadline) return { ledger, unsettled };
    await sleep(readEveryMs, undefined, { signal });
  }
}

/** Payments that are not decided, or whose money is not where it belongs, or may still be taken; in words. */
export function unsettledPayments({ drop, payments, charges }: Ledger): string[] {
  const kept = new Set(charges.filter(({ refunded }) => !refunded).map(({ orderId }) => orderId));
  return payments.flatMap(({ id, state, failure, askedAt }) => {
    const sinceAskedMs = Date.parse(drop.serverTime) - Date.parse(askedAt ?? '');
    if (state === 'refunding' || (state === 'pending' && askedAt !== null)) return [`payment ${id} is ${state}`];
    if (state !== 'succeeded' && kept.has(id)) return [`payment ${id} is ${state}, its charge was not given back`];
    if (failure === 'no_answer' && state === 'failed' && sinceAskedMs < chargedWithinMs)
      return [`payment ${id} may still be charged`];
    return [];
  });
}
