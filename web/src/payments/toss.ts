/**
 * Toss Payments' window, by its browser SDK, version 2 («토스페이먼츠 JavaScript SDK», docs.tosspayments.com/sdk/v2/js). The script comes from Toss, and only when
 * somebody pays with it. The window leads away from this page, or lies on it; when the buyer has approved it goes to the address of success with `paymentKey`,
 * `orderId` and `amount` added, else to that of failure with `code` and `message`, or just closes.
 */
import type { TossCheckout } from './payment.ts';

const scriptUrl = 'https://js.tosspayments.com/v2/standard';

interface TossPayment {
  requestPayment(request: {
    method: 'CARD';
    amount: { currency: string; value: number };
    orderId: string;
    orderName: string;
    successUrl: string;
    failUrl: string;
  }): Promise<void>;
}

interface TossPaymentsGlobal {
  (clientKey: string): { payment(options: { customerKey: string }): TossPayment };
  /** For buyers whose cards are not kept. */
  ANONYMOUS: string;
}

/** Toss's window could not be opened, or led back without an approval: nothing was charged. */
export class TossFailed extends Error {
  readonly why: 'not_opened' | 'not_approved';

  constructor(why: 'not_opened' | 'not_approved', options?: ErrorOptions) {
    super(`Toss Payments: ${why}`, options);
    this.why = why;
  }
}

/** Resolves when the buyer has closed the window, or come back from it without an answer. */
export async function openTossWindow(checkout: TossCheckout, returnPath: string): Promise<void> {
  const { clientKey, orderId, orderName, amount, currency } = checkout;
  try {
    const toss = await loadToss();
    const address = new URL(returnPath, location.origin).href;
    const request = toss(clientKey)
      .payment({ customerKey: toss.ANONYMOUS })
      .requestPayment({
        method: 'CARD',
        amount: { currency, value: amount },
        orderId,
        orderName,
        successUrl: address,
        failUrl: address,
      });
    await Promise.race([request, steppedBack()]);
  } catch (error) {
    if (hasCode(error) && error.code === 'USER_CANCEL') return;
    throw new TossFailed('not_opened', { cause: error });
  }
}

/** From the window with the browser's "back": the page is as it was left, and would wait for ever. */
function steppedBack(): Promise<unknown> {
  return new Promise((resolve) => addEventListener('pageshow', resolve, { once: true }));
}

function hasCode(error: unknown): error is { code: unknown } {
  return typeof error === 'object' && error !== null && 'code' in error;
}

async function loadToss(): Promise<TossPaymentsGlobal> {
  const known = tossGlobal();
  if (known) return known;
  const script = document.createElement('script');
  script.src = scriptUrl;
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => {
      // The next try loads it anew.
      script.remove();
      reject(new Error('the script did not load'));
    };
    document.head.append(script);
  });
  const loaded = tossGlobal();
  if (!loaded) throw new Error('the script brought nothing');
  return loaded;
}

function tossGlobal(): TossPaymentsGlobal | undefined {
  return (window as unknown as { TossPayments?: TossPaymentsGlobal }).TossPayments;
}
