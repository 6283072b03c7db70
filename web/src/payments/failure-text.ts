import { paymentMessages } from './payment-messages.ts';

/** Why a payment failed, or was given back. A reason of a newer server is told in general words. */
export function failureText(failure: string | null): string {
  const { failures } = paymentMessages.value;
  return failures[failure as keyof typeof failures] ?? failures.provider_refused;
}
