import { account } from '../accounts/session.ts';
import { useLoad } from '../design/useLoad.ts';
import { useMissed } from '../realtime/reconnected.ts';
import type { Payment } from './payment.ts';
import { askForPayments, paymentsOf } from './payment-store.ts';

/** The tries to pay a slot, newest first, asked for now, and whenever messages about it were missed. */
export function usePayments(grantId: string): { payments: readonly Payment[]; refresh: () => Promise<void> } {
  const { refresh } = useLoad(`${grantId} ${account.value?.id}`, () => askForPayments(grantId));
  useMissed(refresh);
  return { payments: paymentsOf(grantId).value, refresh };
}
