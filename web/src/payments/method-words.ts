import { paymentMessages } from './payment-messages.ts';

/** A way to pay in people's words; one that this page does not know yet is called by its name. */
export function methodWords(method: string): { name: string; text: string } {
  const { methods } = paymentMessages.value;
  return methods[method as keyof typeof methods] ?? { name: method, text: '' };
}
