import { useEffect } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { approve, refusePayment } from './pay.ts';
import { TossFailed } from './toss.ts';

/**
 * Toss's window has led back here. What it added to the address counts once: it is answered, and then removed, so that a reload or
 * a step back asks nothing again. Its `message` is not shown: anybody can write an address.
 */
export function useTossReturn(grantId: string): void {
  const { query, path, route } = useLocation();
  const { payment, paymentKey, amount, code } = query;
  useEffect(() => {
    if (payment === undefined) return;
    const forgetAddress = () => route(path, true);
    if (paymentKey !== undefined) {
      const approval = amount === undefined ? { paymentKey } : { paymentKey, amount };
      void approve(grantId, payment, approval).finally(forgetAddress);
    } else {
      const wasClosed = code === 'PAY_PROCESS_CANCELED' || code === 'USER_CANCEL' || code === undefined;
      if (!wasClosed) refusePayment(grantId, new TossFailed('not_approved'));
      forgetAddress();
    }
  }, [payment, paymentKey]);
}
