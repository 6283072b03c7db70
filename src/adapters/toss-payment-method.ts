/**
 * Toss Payments. Its window has the buyer approve in the browser; then its core API is asked for the money.
 *
 *   READY ──the buyer approves──> IN_PROGRESS ──confirm──> DONE ──cancel──> CANCELED (PARTIAL_CANCELED where parts went back before)
 *     │ 30 minutes                     │ │
 *     │              10 minutes        │ └───confirm is refused───> ABORTED
 *     └──────────────> EXPIRED <───────┘
 *
 *   READY, IN_PROGRESS, WAITING_FOR_DEPOSIT   unknown    ABORTED, EXPIRED   declined
 *   CANCELED, PARTIAL_CANCELED, nothing left  refunded   DONE               charged
 *   PARTIAL_CANCELED, something left          charged: whoever gave a part back in Toss's console left the sale as it was, and `refund` gives back the rest
 *
 * Declined is only what its documents list as a refusal by the buyer's card, bank or approval. All else is in doubt: what is not known, faults of its servers,
 * mistakes in our own settings.
 *
 * Idempotency-Key. For 15 days the first answer to a key is the answer, and refusals are played back, too. For a charge that is what we want: an order is
 * decided once, so its id is the key. A refund refused because the bank was closed must be possible tomorrow: its key lives ten minutes, and what keeps it from
 * happening twice is Toss's `refundableAmount`, which refuses to cancel unless exactly so much is left.
 *
 * From docs.tosspayments.com: «코어 API», «인증 및 기타 헤더 설정», «에러 코드», «웹훅 이벤트». Two things are not written there; the authors of @gj-kit/toss-payments
 * measured them in the test shop: that refusals are played back, and that PARTIAL_CANCELED stays when nothing is left.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { invalidField, Problem } from '../http/problem.ts';
import {
  type Approval,
  type BookEntry,
  type Charged,
  type Declined,
  type DeclineReason,
  type Order,
  PaymentInDoubt,
  type PaymentMethod,
} from '../payments/method.ts';

const API_URL = 'https://api.tosspayments.com';
/** Longer finds more answers in time; whoever waits, waits longer. What comes later is found in the books. */
const TIMEOUT_MS = 20_000;
/** A payment's document has a few KiB. */
const ANSWER_BYTES_MAX = 256 * 1024;
const REFUND_KEY_MS = 10 * 60 * 1000;
const TITLE_LENGTH_MAX = 100;
const ORDER_ID = /^[A-Za-z0-9_-]{6,64}$/;
/** At most 200 characters, the documents say, and no more. */
const PAYMENT_KEY = /^[\x21-\x7e]{1,200}$/;

/** «에러 코드», 결제 승인: where the buyer, their card or their bank is the reason, and no money was taken. */
const REFUSALS: ReadonlyMap<string, DeclineReason> = new Map<string, DeclineReason>([
  ['REJECT_CARD_COMPANY', 'card_declined'],
  ['INVALID_REJECT_CARD', 'card_declined'],
  ['INVALID_STOPPED_CARD', 'card_declined'],
  ['INVALID_CARD_LOST_OR_STOLEN', 'card_declined'],
  ['INVALID_CARD_NUMBER', 'card_declined'],
  ['INVALID_CARD_EXPIRATION', 'card_declined'],
  ['INVALID_CARD_INSTALLMENT_PLAN', 'card_declined'],
  ['EXCEED_MAX_CARD_INSTALLMENT_PLAN', 'card_declined'],
  ['NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT', 'card_declined'],
  ['NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN', 'card_declined'],
  ['NOT_ALLOWED_POINT_USE', 'card_declined'],
  // «Over the limit, or not enough on the account.»
  ['REJECT_CARD_PAYMENT', 'insufficient_funds'],
  ['REJECT_ACCOUNT_PAYMENT', 'insufficient_funds'],
  ['EXCEED_MAX_AMOUNT', 'insufficient_funds'],
  ['EXCEED_MAX_PAYMENT_AMOUNT', 'insufficient_funds'],
  ['EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT', 'insufficient_funds'],
  ['EXCEED_MAX_ONE_DAY_AMOUNT', 'insufficient_funds'],
  ['EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT', 'insufficient_funds'],
  ['EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT', 'insufficient_funds'],
  ['NOT_FOUND_PAYMENT_SESSION', 'approval_expired'],
  ['NOT_FOUND_PAYMENT', 'approval_invalid'],
  ['INVALID_PASSWORD', 'approval_invalid'],
  ['EXCEED_MAX_AUTH_COUNT', 'approval_invalid'],
  ['EXCEED_MAX_DAILY_PAYMENT_COUNT', 'provider_refused'],
  ['BELOW_MINIMUM_AMOUNT', 'provider_refused'],
  ['RESTRICTED_TRANSFER_ACCOUNT', 'provider_refused'],
  ['INVALID_ACCOUNT_INFO_RE_REGISTER', 'provider_refused'],
  ['REJECT_TOSSPAY_INVALID_ACCOUNT', 'provider_refused'],
  ['NOT_AVAILABLE_PAYMENT', 'provider_refused'],
  ['NOT_AVAILABLE_BANK', 'provider_refused'],
  ['FDS_ERROR', 'provider_refused'],
]);

/** An approval may be used up or gone because the money was taken already: the books are asked before anybody is turned away. */
const ASK_THE_BOOKS = ['ALREADY_PROCESSED_PAYMENT', 'NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT'];

const PAIR = 'check that TOSS_SECRET_KEY and TOSS_CLIENT_KEY are one shop’s pair, both for tests or both live';
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['UNAUTHORIZED_KEY', 'check TOSS_SECRET_KEY'],
  ['INCORRECT_BASIC_AUTH_FORMAT', 'check TOSS_SECRET_KEY'],
  ['INVALID_API_KEY', PAIR],
  ['FORBIDDEN_REQUEST', PAIR],
]);

/** Payments are told of without a signature. */
const SIGNED_EVENTS: readonly unknown[] = ['payout.changed', 'seller.changed'];
const SIGNATURE = 'tosspayments-webhook-signature';
const TRANSMISSION_TIME = 'tosspayments-webhook-transmission-time';

export interface TossPaymentMethodOptions {
  /** `test_…` or `live_…`: who has it can take and give back money. */
  readonly secretKey: string;
  /** Its pair for the page; public. */
  readonly clientKey: string;
  /** The shop's security key («보안 키»). Null: signatures are not looked at, and notices are no more than hints, as those of payments always are. */
  readonly webhookKey: string | null;
  readonly url?: string;
  readonly timeoutMs?: number;
}

type Document = Readonly<Record<string, unknown>>;

interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  /** Toss's name for what was wrong; empty where the answer has none. */
  readonly code: string;
  readonly document: Document;
}

interface Payment {
  readonly paymentKey: string;
  readonly status: string;
  readonly totalAmount: number;
  /** What could still be given back. */
  readonly balanceAmount: number;
  readonly currency: string;
  readonly receiptUrl: string | null;
  readonly failure: string;
}

export class TossPaymentMethod implements PaymentMethod {
  readonly name = 'toss';
  readonly #clientKey: string;
  readonly #authorization: string;
  readonly #webhookKeys: readonly Buffer[];
  readonly #url: string;
  readonly #timeoutMs: number;

  constructor({ secretKey, clientKey, webhookKey, url = API_URL, timeoutMs = TIMEOUT_MS }: TossPaymentMethodOptions) {
    this.#clientKey = clientKey;
    // No password follows the colon; without the colon Toss refuses.
    this.#authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
    this.#webhookKeys = webhookKey === null ? [] : signingKeys(webhookKey);
    this.#url = url.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
  }

  /**
   * What the page gives to `requestPayment`, which wants amount and currency as `{ value, currency }`, and addresses to come back to. No customer key: no cards
   * are kept, so the page takes the SDK's ANONYMOUS. Cards only, because a virtual account is paid into long after the hold has ended.
   */
  checkout(order: Order): Readonly<Record<string, string | number>> {
    requirePayable(order);
    return {
      clientKey: this.#clientKey,
      method: 'CARD',
      orderId: order.id,
      orderName: order.title.slice(0, TITLE_LENGTH_MAX).toWellFormed(),
      amount: order.amount,
      currency: order.currency,
    };
  }

  /** What Toss's window added to the address of success. The amount there has been through the browser: it is only ever compared. */
  readApproval({ paymentKey, amount }: Readonly<Record<string, unknown>>): Approval {
    if (typeof paymentKey !== 'string' || !PAYMENT_KEY.test(paymentKey)) {
      throw invalidField('paymentKey', 'must be the payment key that Toss Payments gave, of 1 to 200 characters');
    }
    if (amount === undefined) return { paymentKey };
    if ((typeof amount !== 'number' && typeof amount !== 'string') || !/^[1-9]\d{0,14}$/.test(String(amount))) {
      throw invalidField('amount', 'must be a whole number above 0');
    }
    return { paymentKey, amount: String(amount) };
  }

  async charge(order: Order, { paymentKey, amount }: Approval): Promise<Charged | Declined> {
    requirePayable(order);
    if (amount !== undefined && amount !== String(order.amount)) {
      // Not declined: another approval for this order may have been charged.
      throw doubtAbout(`order ${order.id}: the page brought another amount; Toss Payments was not asked`);
    }
    const answer = await this.#post('/v1/payments/confirm', order.id, {
      paymentKey,
      orderId: order.id,
      amount: order.amount,
    });
    if (answer.ok) return this.#confirmed(order, readPayment(order, answer));

    const reason = answer.status < 500 ? REFUSALS.get(answer.code) : undefined;
    if (ASK_THE_BOOKS.includes(answer.code)) {
      const entry = await this.find(order);
      if (entry.state === 'charged' || entry.state === 'declined') return entry;
      if (entry.state === 'unknown' && reason) return declined(reason);
    } else if (reason) {
      return declined(reason);
    }
    throw refused('to confirm', order, answer);
  }

  /**
   * By our id. Toss may know several payments by it, of a buyer who opened the window twice. A payment that was made is found so, its documents say; which of
   * several that were not, they don't. So `declined` may be about an earlier window while a confirmation that was lost is still under way: look again later.
   */
  async find(order: Order): Promise<BookEntry> {
    requirePayable(order);
    const answer = await this.#send('GET', `/v1/payments/orders/${order.id}`);
    if (answer.status === 404 && answer.code === 'NOT_FOUND_PAYMENT') return { state: 'unknown' };
    if (!answer.ok) throw refused('for the books', order, answer);
    return entryOf(order, readPayment(order, answer));
  }

  async refund(order: Order, providerKey: string): Promise<void> {
    requirePayable(order);
    const path = `/v1/payments/${encodeURIComponent(providerKey)}`;
    const before = await this.#payment(order, path);
    if (isGivenBack(before)) return;
    const period = Math.floor(Date.now() / REFUND_KEY_MS);
    const answer = await this.#post(`${path}/cancel`, `refund-${order.id}-${period}`, {
      cancelReason: 'The sale did not come about',
      refundableAmount: before.balanceAmount,
    });
    // Whatever it was that Toss said: somebody else may have given it back meanwhile.
    const after = answer.ok ? readPayment(order, answer) : await this.#payment(order, path);
    if (!isGivenBack(after)) throw refused('to cancel', order, answer);
  }

  /**
   * Toss sends a notice up to seven times more, over nearly four days, until it gets a 200 within 10 seconds. It signs payouts and sellers, which are none of
   * ours. Of payments anybody could tell: whoever reads this asks the books. An old notice is as good as a new one for that.
   */
  readNotice(headers: Readonly<Record<string, string | undefined>>, body: string): string | undefined {
    const notice = parseDocument(body);
    if (!notice) throw invalidField('body', 'must be a JSON object');
    const { eventType, data } = notice;
    const mustBeSigned = SIGNED_EVENTS.includes(eventType) || headers[SIGNATURE] !== undefined;
    if (this.#webhookKeys.length > 0 && mustBeSigned && !this.#isSigned(headers, body)) {
      throw new Problem('forbidden', { detail: 'the signature is not Toss Payments’' });
    }
    // Of deposits into virtual accounts it tells without a type, in a flat document.
    const about = eventType === undefined ? notice : eventType === 'PAYMENT_STATUS_CHANGED' ? data : null;
    if (about === null) return undefined;
    const orderId = isDocument(about) ? about['orderId'] : undefined;
    if (typeof orderId !== 'string' || !ORDER_ID.test(orderId)) throw invalidField('orderId', 'must name an order');
    return orderId;
  }

  async #confirmed(order: Order, payment: Payment): Promise<Charged | Declined> {
    if (payment.status === 'WAITING_FOR_DEPOSIT') {
      // A page that was tampered with asked for a virtual account. Money that comes in days later could not go back without the buyer's account number.
      await this.refund(order, payment.paymentKey);
      return declined('provider_refused');
    }
    const entry = entryOf(order, payment);
    if (entry.state === 'charged' || entry.state === 'declined') return entry;
    throw doubtAbout(`order ${order.id}: Toss Payments confirmed a payment that is ${payment.status}`);
  }

  async #payment(order: Order, path: string): Promise<Payment> {
    const answer = await this.#send('GET', path);
    if (!answer.ok) throw refused('for the books', order, answer);
    return readPayment(order, answer);
  }

  #post(path: string, idempotencyKey: string, body: Document): Promise<Answer> {
    return this.#send('POST', path, {
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
    });
  }

  async #send(method: string, path: string, more: Sending = {}): Promise<Answer> {
    try {
      const response = await fetch(this.#url + path, {
        ...more,
        method,
        headers: { ...more.headers, authorization: this.#authorization },
        // A redirect would make a GET of a POST, or carry the key to another place.
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      const document = parseDocument(await readText(response)) ?? {};
      const code = /^[A-Z0-9_]{1,64}$/.exec(String(document['code'] ?? ''))?.[0] ?? '';
      return { ok: response.ok, status: response.status, code, document };
    } catch (error) {
      const why = (error as Error).name === 'TimeoutError' ? `within ${this.#timeoutMs} ms` : reasonOf(error as Error);
      throw new PaymentInDoubt(`Toss Payments did not answer: ${why}`, { cause: error });
    }
  }

  #isSigned(headers: Readonly<Record<string, string | undefined>>, body: string): boolean {
    const signatures = (headers[SIGNATURE] ?? '')
      .split(',')
      .map((each) => /^\s*v1:(\S+)\s*$/.exec(each)?.[1] ?? '')
      .map((each) => Buffer.from(each, 'base64'));
    return this.#webhookKeys.some((key) => {
      const expected = createHmac('sha256', key).update(`${body}:${headers[TRANSMISSION_TIME]}`).digest();
      return signatures.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
    });
  }
}

/** A key of 64 hexadecimal digits stands for 32 bytes where Toss encrypts with it; for signatures the documents don't say, so that it is taken either way. */
function signingKeys(webhookKey: string): Buffer[] {
  const text = Buffer.from(webhookKey);
  return /^[0-9a-f]{64}$/i.test(webhookKey) ? [text, Buffer.from(webhookKey, 'hex')] : [text];
}

/** Mistakes of ours, found before Toss is asked. Its amounts have no smaller unit for the won, whereas dollars have a point. */
function requirePayable({ id, amount, currency }: Order): void {
  if (!ORDER_ID.test(id)) throw new Error('Toss Payments takes order ids of 6 to 64 characters of A-Z a-z 0-9 - _');
  if (currency !== 'KRW') throw new Error(`order ${id} is in ${currency}; with Toss Payments we take KRW only`);
  if (!Number.isSafeInteger(amount) || amount <= 0) throw new Error(`order ${id} has no amount`);
}

function readPayment(order: Order, { document }: Answer): Payment {
  const { orderId, paymentKey, status, totalAmount, balanceAmount, currency, receipt, failure } = document;
  const isRead =
    typeof paymentKey === 'string' &&
    typeof status === 'string' &&
    typeof totalAmount === 'number' &&
    typeof balanceAmount === 'number' &&
    typeof currency === 'string';
  if (!isRead) throw new PaymentInDoubt(`order ${order.id}: Toss Payments’ answer is not a payment; check TOSS_URL`);
  if (orderId !== order.id) throw doubtAbout(`order ${order.id}: Toss Payments told of another order`);
  const receiptUrl = isDocument(receipt) && typeof receipt['url'] === 'string' ? receipt['url'] : null;
  const failureCode = isDocument(failure) ? String(failure['code']) : '';
  return { paymentKey, status, totalAmount, balanceAmount, currency, receiptUrl, failure: failureCode };
}

function entryOf(order: Order, payment: Payment): BookEntry {
  const { paymentKey, status, receiptUrl } = payment;
  if (isGivenBack(payment)) return { state: 'refunded' };
  switch (status) {
    case 'READY':
    case 'IN_PROGRESS':
    case 'WAITING_FOR_DEPOSIT':
      return { state: 'unknown' };
    case 'EXPIRED':
      return declined('approval_expired');
    case 'ABORTED':
      return declined(REFUSALS.get(payment.failure) ?? 'provider_refused');
    case 'DONE':
    case 'PARTIAL_CANCELED':
      return { state: 'charged', providerKey: paymentKey, receiptUrl, ...takenOtherwise(order, payment) };
    default:
      throw doubtAbout(`order ${order.id}: Toss Payments has a payment whose state nobody can tell`);
  }
}

/** What was taken, where it is not what the order says. Only of money: a window opened for another amount, and not confirmed, is nobody's loss. */
function takenOtherwise({ amount, currency }: Order, payment: Payment): Pick<Charged, 'taken'> {
  if (payment.totalAmount === amount && payment.currency === currency) return {};
  return { taken: { amount: payment.totalAmount, currency: payment.currency } };
}

/** With parts given back before, Toss goes on calling it PARTIAL_CANCELED when nothing is left. */
function isGivenBack({ status, balanceAmount }: Payment): boolean {
  return (status === 'CANCELED' || status === 'PARTIAL_CANCELED') && balanceAmount === 0;
}

/** Toss Payments is there, and cannot tell of this order: the way stays open for all others. */
function doubtAbout(message: string): PaymentInDoubt {
  return new PaymentInDoubt(message, { about: 'order' });
}

function declined(reason: DeclineReason): Declined {
  return { state: 'declined', reason };
}

function refused(what: string, order: Order, { ok, status, code }: Answer): PaymentInDoubt {
  const advice = ADVICE.get(code) ?? (status === 401 ? 'check TOSS_SECRET_KEY' : code || ok ? '' : 'check TOSS_URL');
  const answer = [status, code, advice && `(${advice})`].filter(Boolean).join(' ');
  const message = `order ${order.id}: asked ${what}, Toss Payments answered ${answer}`;
  // A request that it refuses is about one buyer's payment; our keys, our rate, and what is broken over there are about all.
  const isOfOrder = status >= 400 && status < 500 && ![401, 403, 429].includes(status);
  return isOfOrder ? doubtAbout(message) : new PaymentInDoubt(message);
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseDocument(text: string): Document | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isDocument(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` says only that it failed; what failed is below. */
function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : error.message;
}
