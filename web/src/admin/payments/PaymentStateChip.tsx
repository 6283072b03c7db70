import type { PaymentState } from '../../payments/payment.ts';
import { paymentMessages } from '../../payments/payment-messages.ts';

const tones: Record<PaymentState, string> = {
  pending: 'chip warn',
  succeeded: 'chip good',
  failed: 'chip failed',
  refunding: 'chip warn',
  refunded: 'chip',
};

export function PaymentStateChip({ state }: { state: PaymentState }) {
  return <span class={tones[state]}>{paymentMessages.value.states[state]}</span>;
}
