import { adminPaymentMessages } from './admin-payment-messages.ts';

/** Why a payment failed or is given back. A reason of a newer server is told as it is. */
export function failureWords(failure: string): string {
  const { failures } = adminPaymentMessages.value;
  return failures[failure as keyof typeof failures] ?? failure;
}
