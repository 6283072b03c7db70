/**
 * A server that speaks Toss Payments' documents, with books that tests can read, and that can be told to misbehave.
 *
 *     const toss = await TossServer.start();
 *     const paymentKey = toss.authorize('order-1', 15_000);                       // what its window does in the browser
 *     toss.script('confirm', 'order-1', 'drop_after');                            // takes the money, and never says so
 *     …
 *     expect(toss.books('order-1')).toMatchObject({ charged: 15_000, refunded: 0 });
 *
 * After docs.tosspayments.com («코어 API», «인증 및 기타 헤더 설정», «에러 코드», «웹훅 이벤트», «웹훅 연결하기»). Where these are silent, a comment says so.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export const TEST_KEYS = {
  secretKey: 'test_sk_aVeryPrivateKeyOfTheTests',
  clientKey: 'test_ck_whatThePageMayKnow',
  webhookKey: '5ec1'.repeat(16),
} as const;

/** What a buyer who opened the window has until they approve, and what we then have until we confirm. */
const WINDOW_MS = 30 * 60_000;
const SESSION_MS = 10 * 60_000;
const RETRY_AFTER_MINUTES = [1, 4, 16, 64, 256, 1024, 4096];
const NOTICE = 'tosspayments-webhook';
const NOTICE_ANSWERED_WITHIN_MS = 10_000;
const BODY_BYTES_MAX = 64 * 1024;

/** «에러 코드»: each with its status. */
export const TOSS_ERRORS = {
  ALREADY_PROCESSED_PAYMENT: 400,
  PROVIDER_ERROR: 400,
  CARD_PROCESSING_ERROR: 400,
  INVALID_REQUEST: 400,
  INVALID_API_KEY: 400,
  INVALID_AUTHORIZE_AUTH: 400,
  UNAPPROVED_ORDER_ID: 400,
  NOT_FOUND_TERMINAL_ID: 400,
  INVALID_UNREGISTERED_SUBMALL: 400,
  NOT_REGISTERED_BUSINESS: 400,
  INVALID_CARD_NUMBER: 400,
  INVALID_STOPPED_CARD: 400,
  INVALID_CARD_EXPIRATION: 400,
  INVALID_REJECT_CARD: 400,
  INVALID_CARD_LOST_OR_STOLEN: 400,
  INVALID_CARD_INSTALLMENT_PLAN: 400,
  EXCEED_MAX_CARD_INSTALLMENT_PLAN: 400,
  NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT: 400,
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN: 400,
  NOT_ALLOWED_POINT_USE: 400,
  BELOW_MINIMUM_AMOUNT: 400,
  EXCEED_MAX_AMOUNT: 400,
  EXCEED_MAX_DAILY_PAYMENT_COUNT: 400,
  EXCEED_MAX_PAYMENT_AMOUNT: 400,
  EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT: 400,
  EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT: 400,
  EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT: 400,
  RESTRICTED_TRANSFER_ACCOUNT: 400,
  INVALID_ACCOUNT_INFO_RE_REGISTER: 400,
  NOT_AVAILABLE_PAYMENT: 400,
  REJECT_CARD_PAYMENT: 403,
  REJECT_CARD_COMPANY: 403,
  REJECT_ACCOUNT_PAYMENT: 403,
  REJECT_TOSSPAY_INVALID_ACCOUNT: 403,
  FORBIDDEN_REQUEST: 403,
  EXCEED_MAX_AUTH_COUNT: 403,
  EXCEED_MAX_ONE_DAY_AMOUNT: 403,
  NOT_AVAILABLE_BANK: 403,
  INVALID_PASSWORD: 403,
  INCORRECT_BASIC_AUTH_FORMAT: 403,
  FDS_ERROR: 403,
  UNAUTHORIZED_KEY: 401,
  NOT_FOUND_PAYMENT: 404,
  NOT_FOUND_PAYMENT_SESSION: 404,
  NOT_FOUND: 404,
  INVALID_IDEMPOTENCY_KEY: 400,
  IDEMPOTENT_REQUEST_PROCESSING: 409,
  ALREADY_CANCELED_PAYMENT: 400,
  NOT_MATCHES_REFUNDABLE_AMOUNT: 400,
  NOT_CANCELABLE_AMOUNT: 403,
  NOT_CANCELABLE_PAYMENT: 403,
  FORBIDDEN_CONSECUTIVE_REQUEST: 403,
  FAILED_INTERNAL_SYSTEM_PROCESSING: 500,
  FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING: 500,
  UNKNOWN_PAYMENT_ERROR: 500,
  COMMON_ERROR: 500,
} as const;

export type TossError = keyof typeof TOSS_ERRORS;
export type Call = 'confirm' | 'find' | 'cancel';

type Document = Record<string, unknown>;

/** What becomes of one request. */
export type Fault =
  /** The connection breaks: before anything was done, or when all is done and only the answer is missing. */
  | 'drop_before'
  | 'drop_after'
  /** 500, with everything done. */
  | 'fail_after'
  /** The right answer two times over. */
  | 'twice'
  /** 200 and a web page, with everything done. */
  | 'rubbish'
  /** The buyer's bank says no: the payment is ABORTED. */
  | { readonly refuse: TossError }
  /** This error, and nothing is done; with another status than the documents have for it, if need be. */
  | { readonly say: TossError; readonly status?: number }
  /** The right answer, late. */
  | { readonly delayMs: number }
  /** Everything is done, and then this is said. */
  | { readonly answer: (document: Document) => unknown };

export interface TossServerOptions {
  readonly windowMs?: number;
  readonly sessionMs?: number;
}

/** Where notices of payments go, as registered in Toss's console. Its retries wait for minutes. */
export interface NoticesTo {
  readonly url: string;
  /** How often each is sent, though it was received. */
  readonly times?: number;
  readonly afterMs?: number;
  readonly retryAfterMs?: readonly number[];
}

/** In won, and in how many pieces. */
export interface Books {
  readonly charged: number;
  readonly refunded: number;
  readonly charges: number;
  readonly refunds: number;
}

interface Answer {
  readonly status: number;
  readonly document: unknown;
}

interface Asked {
  readonly call: Call;
  readonly orderId: string;
  readonly answer: (refused?: TossError) => Answer;
}

interface Payment {
  readonly paymentKey: string;
  readonly orderId: string;
  readonly totalAmount: number;
  readonly virtualAccount: boolean;
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  status: string;
  balanceAmount: number;
  approvedAtMs: number | null;
  failure: TossError | null;
  readonly cancels: { readonly cancelAmount: number; readonly cancelReason: string; readonly canceledAtMs: number }[];
}

export class TossServer {
  readonly url: string;
  /** Requests that came, as `confirm order-1`; refused ones included. */
  readonly calls: string[] = [];
  /** Statuses that our notices were answered with; 0 for none. */
  readonly noticeAnswers: number[] = [];
  notices: NoticesTo | null = null;
  readonly #server: Server;
  readonly #windowMs: number;
  readonly #sessionMs: number;
  readonly #payments = new Map<string, Payment>();
  readonly #faults = new Map<string, Fault[]>();
  /** By secret key, address, method and idempotency key; what the body says does not matter. */
  readonly #answers = new Map<string, Answer | 'processing'>();
  readonly #closing = new AbortController();
  readonly #deliveries = new Set<Promise<unknown>>();
  #aheadMs = 0;

  static async start(options: TossServerOptions = {}): Promise<TossServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TossServer(server, options);
  }

  private constructor(server: Server, { windowMs = WINDOW_MS, sessionMs = SESSION_MS }: TossServerOptions) {
    this.#server = server;
    this.#windowMs = windowMs;
    this.#sessionMs = sessionMs;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#serve(request, response).catch(() => response.destroy()));
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await Promise.all(this.#deliveries);
  }

  /** What the window does: `approved` by the buyer, only `opened`, or approved for a `virtual_account`. Gives the payment key. */
  authorize(
    orderId: string,
    amount: number,
    { how = 'approved' }: { how?: 'approved' | 'opened' | 'virtual_account' } = {},
  ): string {
    const paymentKey = `tviva${randomBytes(12).toString('base64url')}`;
    const now = this.#now();
    this.#payments.set(paymentKey, {
      ...{ paymentKey, orderId, totalAmount: amount, balanceAmount: amount, virtualAccount: how === 'virtual_account' },
      ...{ requestedAtMs: now, expiresAtMs: now + (how === 'opened' ? this.#windowMs : this.#sessionMs) },
      ...{ status: how === 'opened' ? 'READY' : 'IN_PROGRESS', approvedAtMs: null, failure: null, cancels: [] },
    });
    return paymentKey;
  }

  /** One fault for each of the next requests. */
  script(call: Call, orderId: string, ...faults: readonly Fault[]): void {
    this.#faults.set(`${call} ${orderId}`, [...(this.#faults.get(`${call} ${orderId}`) ?? []), ...faults]);
  }

  /** What the buyer has lost, and what came back. */
  books(orderId: string): Books {
    const paid = [...this.#payments.values()].filter((each) => each.orderId === orderId && each.approvedAtMs !== null);
    const cancels = paid.flatMap((payment) => payment.cancels);
    return {
      charged: paid.reduce((sum, { totalAmount }) => sum + totalAmount, 0),
      refunded: cancels.reduce((sum, { cancelAmount }) => sum + cancelAmount, 0),
      charges: paid.length,
      refunds: cancels.length,
    };
  }

  /** Time passes here, and nowhere else: sessions end. */
  advance(ms: number): void {
    this.#aheadMs += ms;
    for (const payment of this.#payments.values()) this.#expire(payment);
  }

  /** As after their 15 days. */
  forgetAnswers(): void {
    this.#answers.clear();
  }

  /** By hand, in Toss's console. */
  giveBack(paymentKey: string, cancelAmount: number): void {
    const payment = this.#payments.get(paymentKey);
    if (payment) this.#cancel(payment, { cancelReason: 'by hand', cancelAmount });
  }

  /** The buyer pays into their virtual account. */
  deposit(paymentKey: string): void {
    const payment = this.#payments.get(paymentKey);
    if (payment?.status === 'WAITING_FOR_DEPOSIT') this.#approve(payment);
  }

  /** The document of a payment, as its notice carries it. */
  document(paymentKey: string): Document {
    const payment = this.#payments.get(paymentKey);
    if (!payment) throw new Error(`there is no payment ${paymentKey}`);
    return describe(payment);
  }

  /** Sends a notice until it is answered with 200, or all retries were made; `signedWith` as Toss signs payouts. Gives the last status. */
  async notify(document: unknown, to: NoticesTo, signedWith?: string): Promise<number> {
    const { url, afterMs = 0, retryAfterMs = RETRY_AFTER_MINUTES.map((minutes) => minutes * 60_000) } = to;
    const body = JSON.stringify(document);
    const id = `whtrans_${randomBytes(12).toString('hex')}`;
    let status = 0;
    for (const [retries, waitMs] of [afterMs, ...retryAfterMs].entries()) {
      await pause(waitMs, undefined, { signal: this.#closing.signal });
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(NOTICE_ANSWERED_WITHIN_MS)]);
      const headers = { ...noticeHeaders(body, this.#now(), signedWith), [`${NOTICE}-transmission-id`]: id };
      status = await fetch(url, {
        ...{ method: 'POST', body, signal },
        headers: { ...headers, [`${NOTICE}-transmission-retried-count`]: String(retries) },
      }).then(
        (response) => response.status,
        () => 0,
      );
      this.noticeAnswers.push(status);
      if (status === 200) break;
    }
    return status;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url, headers } = request;
    const body = await readBody(request);
    const mistake = mistakeInKey(headers.authorization);
    if (mistake) return reply(response, refusal(mistake));
    const asked = this.#asked(method, decodeURIComponent(url ?? ''), body);
    if (!asked) return reply(response, refusal('NOT_FOUND'));
    const name = `${asked.call} ${asked.orderId}`;
    this.calls.push(name);
    const fault = this.#faults.get(name)?.shift();
    if (fault === 'drop_before') return void response.destroy();

    const key = method === 'POST' ? headers['idempotency-key'] : undefined;
    const place = `${headers.authorization} ${method} ${url} ${key}`;
    const known = this.#answers.get(place);
    if (String(key).length > 300) return reply(response, refusal('INVALID_IDEMPOTENCY_KEY'));
    if (known === 'processing') return reply(response, refusal('IDEMPOTENT_REQUEST_PROCESSING'));
    if (key) this.#answers.set(place, 'processing');
    const answer = known ?? spoil(fault, () => asked.answer(refusedBy(fault)));
    const lateMs = typeof fault === 'object' && 'delayMs' in fault ? fault.delayMs : 0;
    if (lateMs > 0) await pause(lateMs, undefined, { signal: this.#closing.signal });
    // Refusals, too, as was measured; of errors of its own the documents don't say otherwise.
    if (key) this.#answers.set(place, answer);

    if (fault === 'drop_after') response.destroy();
    else if (fault === 'rubbish') response.end('<html>Bad Gateway</html>');
    else if (fault === 'twice') replyTwice(response, answer);
    else reply(response, answer);
  }

  /** Which of the documented calls this is, and how it is answered. */
  #asked(method: string | undefined, path: string, body: Document): Asked | undefined {
    const [, key, cancel] = /^\/v1\/payments\/([^/]+)(\/cancel)?$/.exec(path) ?? [];
    const [, order] = /^\/v1\/payments\/orders\/([^/]+)$/.exec(path) ?? [];
    if (method === 'POST' && key === 'confirm' && !cancel) {
      const payment = this.#byKey(String(body['paymentKey']));
      const answer = (refused?: TossError) => this.#confirm(payment, body, refused);
      return { call: 'confirm', orderId: String(body['orderId']), answer };
    }
    if (method === 'GET' && order) {
      return { call: 'find', orderId: order, answer: () => found(this.#byOrder(order)) };
    }
    const payment = this.#byKey(key ?? '');
    const orderId = payment?.orderId ?? '';
    if (method === 'GET' && key && !cancel) return { call: 'find', orderId, answer: () => found(payment) };
    if (method === 'POST' && cancel) return { call: 'cancel', orderId, answer: () => this.#cancel(payment, body) };
    return undefined;
  }

  #byKey(paymentKey: string): Payment | undefined {
    const payment = this.#payments.get(paymentKey);
    if (payment) this.#expire(payment);
    return payment;
  }

  /** An approved one first; which of several others, the documents don't say. */
  #byOrder(orderId: string): Payment | undefined {
    const payments = [...this.#payments.values()].filter((each) => each.orderId === orderId);
    const payment = payments.find((each) => each.approvedAtMs !== null) ?? payments.at(-1);
    return payment && this.#byKey(payment.paymentKey);
  }

  #confirm(payment: Payment | undefined, { paymentKey, orderId, amount }: Document, refused?: TossError): Answer {
    const isWhole = typeof paymentKey === 'string' && typeof orderId === 'string' && typeof amount === 'number';
    if (!isWhole || !/^[\w-]{6,64}$/.test(orderId)) return refusal('INVALID_REQUEST');
    if (!payment) return refusal('NOT_FOUND_PAYMENT');
    if (payment.status === 'EXPIRED') return refusal('NOT_FOUND_PAYMENT_SESSION');
    // What comes for another order, another amount, or before the buyer approved is not documented.
    if (payment.orderId !== orderId || payment.totalAmount !== amount) return refusal('INVALID_REQUEST');
    if (payment.status === 'READY') return refusal('INVALID_REQUEST');
    if (payment.status !== 'IN_PROGRESS') return refusal('ALREADY_PROCESSED_PAYMENT');
    if (refused) {
      payment.failure = refused;
      this.#become(payment, 'ABORTED');
      return refusal(refused);
    }
    if (payment.virtualAccount) this.#become(payment, 'WAITING_FOR_DEPOSIT');
    else this.#approve(payment);
    return { status: 200, document: describe(payment) };
  }

  #approve(payment: Payment): void {
    payment.approvedAtMs = this.#now();
    this.#become(payment, 'DONE');
  }

  #cancel(payment: Payment | undefined, { cancelReason, cancelAmount, refundableAmount }: Document): Answer {
    if (!payment) return refusal('NOT_FOUND_PAYMENT');
    const { status, balanceAmount } = payment;
    if (typeof cancelReason !== 'string' || cancelReason.length > 200) return refusal('INVALID_REQUEST');
    if (status === 'CANCELED') return refusal('ALREADY_CANCELED_PAYMENT');
    if (!['DONE', 'PARTIAL_CANCELED', 'WAITING_FOR_DEPOSIT'].includes(status)) return refusal('NOT_CANCELABLE_PAYMENT');
    if (refundableAmount !== undefined && refundableAmount !== balanceAmount) {
      return refusal('NOT_MATCHES_REFUNDABLE_AMOUNT');
    }
    const given = typeof cancelAmount === 'number' ? cancelAmount : balanceAmount;
    if (given <= 0 || given > balanceAmount) return refusal('NOT_CANCELABLE_AMOUNT');
    payment.balanceAmount -= given;
    payment.cancels.push({ cancelAmount: given, cancelReason, canceledAtMs: this.#now() });
    this.#become(payment, given === payment.totalAmount ? 'CANCELED' : 'PARTIAL_CANCELED');
    return { status: 200, document: describe(payment) };
  }

  #expire(payment: Payment): void {
    const isOpen = payment.status === 'READY' || payment.status === 'IN_PROGRESS';
    if (isOpen && payment.expiresAtMs <= this.#now()) this.#become(payment, 'EXPIRED');
  }

  /** Of all changes that come through here Toss tells. */
  #become(payment: Payment, status: string): void {
    payment.status = status;
    if (!this.notices) return;
    const { times = 1 } = this.notices;
    const createdAt = seoul(this.#now()).slice(0, 19).concat('.000000');
    const notice = { eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data: describe(payment) };
    for (let time = 0; time < times; time += 1) {
      const delivery = this.notify(notice, this.notices).catch(() => {});
      this.#deliveries.add(delivery);
      void delivery.finally(() => this.#deliveries.delete(delivery));
    }
  }

  #now(): number {
    return Date.now() + this.#aheadMs;
  }
}

/** The headers of «웹훅 이벤트»: the time in all, a signature only on what Toss signs. During a change of keys there are two. */
export function noticeHeaders(body: string, atMs: number, signedWith?: string | Buffer): Record<string, string> {
  const time = seoul(atMs);
  const headers = { 'content-type': 'application/json', [`${NOTICE}-transmission-time`]: time };
  if (signedWith === undefined) return headers;
  const signature = createHmac('sha256', signedWith).update(`${body}:${time}`).digest('base64');
  const ofAnOldKey = randomBytes(32).toString('base64');
  return { ...headers, [`${NOTICE}-signature`]: `v1:${ofAnOldKey},v1:${signature}` };
}

function spoil(fault: Fault | undefined, answer: () => Answer): Answer {
  if (typeof fault === 'object' && 'say' in fault) return { ...refusal(fault.say), ...fault };
  const right = answer();
  if (fault === 'fail_after') return refusal('FAILED_INTERNAL_SYSTEM_PROCESSING');
  if (typeof fault !== 'object' || !('answer' in fault)) return right;
  return { ...right, document: fault.answer(right.document as Document) };
}

function refusedBy(fault: Fault | undefined): TossError | undefined {
  return typeof fault === 'object' && 'refuse' in fault ? fault.refuse : undefined;
}

function found(payment: Payment | undefined): Answer {
  return payment ? { status: 200, document: describe(payment) } : refusal('NOT_FOUND_PAYMENT');
}

function refusal(code: TossError): Answer {
  return { status: TOSS_ERRORS[code], document: { code, message: `The message of ${code}.` } };
}

function mistakeInKey(authorization = ''): TossError | undefined {
  const given = Buffer.from(/^Basic (\S+)$/.exec(authorization)?.[1] ?? '', 'base64').toString();
  if (given === `${TEST_KEYS.secretKey}:`) return undefined;
  return given.includes(':') ? 'UNAUTHORIZED_KEY' : 'INCORRECT_BASIC_AUTH_FORMAT';
}

/** The Payment object of version 2022-11-16, without what only other ways to pay have. */
function describe(payment: Payment): Document {
  const { paymentKey, orderId, status, totalAmount, balanceAmount, requestedAtMs, approvedAtMs, failure } = payment;
  const cancels = payment.cancels.map(({ canceledAtMs, ...each }) => ({
    ...{ ...each, canceledAt: seoul(canceledAtMs), cancelStatus: 'DONE', cancelRequestId: null },
  }));
  return {
    ...{ version: '2022-11-16', mId: 'tvivarepublica', type: 'NORMAL', paymentKey, orderId, orderName: 'An order' },
    ...{ currency: 'KRW', country: 'KR', method: payment.virtualAccount ? '가상계좌' : '카드' },
    ...{ status, totalAmount, balanceAmount, requestedAt: seoul(requestedAtMs) },
    approvedAt: approvedAtMs === null ? null : seoul(approvedAtMs),
    isPartialCancelable: true,
    cancels: cancels.length > 0 ? cancels : null,
    failure: failure && { code: failure, message: `The message of ${failure}.` },
    receipt: approvedAtMs === null ? null : { url: `https://dashboard.tosspayments.com/receipt/${paymentKey}` },
  };
}

/** `yyyy-MM-dd'T'HH:mm:ss±hh:mm`, as Toss writes times. */
function seoul(atMs: number): string {
  return `${new Date(atMs + 9 * 3_600_000).toISOString().slice(0, 19)}+09:00`;
}

async function readBody(request: IncomingMessage): Promise<Document> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('a body over its limit');
    chunks.push(chunk);
  }
  return bytes === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Document);
}

function reply(response: ServerResponse, { status, document }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

/** Past Node's own server, which would not. */
function replyTwice({ socket }: ServerResponse, { status, document }: Answer): void {
  const body = JSON.stringify(document);
  const head = `HTTP/1.1 ${status} OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  const whole = `${head}\r\n\r\n${body}`;
  socket?.end(whole + whole);
}
