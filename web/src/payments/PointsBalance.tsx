import { account } from '../accounts/session.ts';
import { useLoad } from '../design/useLoad.ts';
import { amount } from '../language/format.ts';
import { loadPoints } from './payment.ts';
import { paymentMessages } from './payment-messages.ts';

/** My points; null while they are not known, or not asked for. */
export function usePoints(isWanted: boolean): number | null {
  const { state } = useLoad(`${isWanted} ${account.value?.id}`, async () =>
    isWanted ? (await loadPoints()).balance : null,
  );
  return state.value.is === 'ready' ? state.value.value : null;
}

export function PointsBalance({ balance, price }: { balance: number | null; price: number }) {
  const words = paymentMessages.value;
  if (balance === null) return <p class="soft small">{words.pointsUnknown}</p>;
  return (
    <p class={balance < price ? 'banner warn' : 'banner'} role="status">
      {words.pointsBalance(amount(balance))}{' '}
      {balance < price ? words.pointsMissing(amount(price - balance)) : words.pointsAfter(amount(balance - price))}
    </p>
  );
}
