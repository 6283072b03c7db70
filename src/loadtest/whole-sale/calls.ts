/**
 * What one person asks over HTTP. A call is repeated, with the same key, until it has an answer or the sale is over: after a lost
 * connection, a busy server (429, 503), or silence. Every try is an attempt of the history.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../../history/attempt.ts';
import { parseObject, readHttpAnswer } from '../answer.ts';
import type { Buyer } from '../connection.ts';
import { type Heard, HttpConnection, type HttpRequest } from '../http-client.ts';
import type { RunRecord } from '../record.ts';
import type { HttpResponse } from '../response-parser.ts';
import { within } from '../wait.ts';
import { type GrantTold, membersOf, type PaymentTold, readGrant, readPayment } from './told.ts';

/** Longer than any payment method may take to answer. */
const answerWithinMs = 30_000;
const firstBackoffMs = 100;
const backoffMsMax = 2000;
const jitterShare = 0.2;

/** An answer that says no, by its stable code. */
export interface Refused {
  readonly refused: string;
}

export type Joined =
  | { readonly place: 'waiting' }
  | { readonly place: 'offered'; readonly grantId: string }
  | { readonly place: 'granted'; readonly grant: GrantTold }
  | Refused;

export interface Paid {
  readonly payment: PaymentTold;
  readonly sentAt: number;
}

/** What an attempt on a grant was told, if anything. */
type Told = Pick<Attempt, 'errorCode'> & { readonly state: string | null };

export class PersonCalls {
  readonly #buyer: Buyer;
  readonly #record: RunRecord;
  readonly #connection: HttpConnection;
  readonly #over: AbortSignal;

  /** When `over` aborts, calls reject. */
  constructor(url: URL, buyer: Buyer, record: RunRecord, over: AbortSignal) {
    this.#buyer = buyer;
    this.#record = record;
    this.#connection = new HttpConnection(url);
    this.#over = over;
  }

  close(): void {
    this.#connection.close();
  }

  /** Waits in line with the request that was refused. The server takes it as a claim first. */
  async join(requestId: string): Promise<Joined> {
    const { response, members } = await this.#carry(
      'line',
      { method: 'PUT', path: this.#linePath(), idempotencyKey: requestId },
      (tried, sentAt) => this.#keepClaim(requestId, tried, sentAt),
    );
    const { place, grantId, serial, holdUntil } = members;
    if (response.status === 201 && typeof grantId === 'string' && typeof serial === 'number')
      return { place: 'granted', grant: { id: grantId, state: 'held', holdUntilMs: Date.parse(String(holdUntil)) } };
    if (place === 'waiting') return { place };
    if (place === 'offered' && typeof grantId === 'string') return { place, grantId };
    return refusal(response, members);
  }

  async leave(): Promise<void> {
    await this.#carry('line', { method: 'DELETE', path: this.#linePath() });
  }

  async giveBack(grantId: string): Promise<GrantTold | Refused> {
    const { response, members } = await this.#carry(
      'cancel',
      { method: 'POST', path: `/v1/me/grants/${grantId}/cancel` },
      (tried, sentAt) => this.#keepOfGrant('cancel', `cancel-${grantId}`, grantId, tried, sentAt, grantTold),
    );
    return readGrant(members) ?? refusal(response, members);
  }

  async pay(grantId: string, idempotencyKey: string, card: string): Promise<Paid | Refused> {
    const { response, members, sentAt } = await this.#carry(
      'payment',
      {
        method: 'POST',
        path: `/v1/me/grants/${grantId}/payments`,
        idempotencyKey,
        body: { method: 'sandbox', card },
      },
      (tried, triedAt) => this.#keepOfGrant('pay', idempotencyKey, grantId, tried, triedAt, paymentTold),
    );
    const payment = response.status < 300 ? readPayment(members) : undefined;
    return payment === undefined ? refusal(response, members) : { payment, sentAt };
  }

  /** `undefined` when it cannot be read. */
  async payment(id: string): Promise<PaymentTold | undefined> {
    const { members } = await this.#carry('look', { method: 'GET', path: `/v1/me/payments/${id}` });
    return readPayment(members);
  }

  async grant(id: string): Promise<GrantTold | undefined> {
    const { members } = await this.#carry('look', { method: 'GET', path: `/v1/me/grants/${id}` });
    return readGrant(members);
  }

  /** The slots that this person has, or had, of the drop; the newest first. */
  async grants(): Promise<GrantTold[]> {
    const path = `/v1/me/grants?dropId=${this.#record.dropId}`;
    const { members } = await this.#carry('look', { method: 'GET', path });
    const items = Array.isArray(members['items']) ? members['items'] : [];
    return items.flatMap((item) => readGrant(item) ?? []);
  }

  /** Keeps what was said later about a payment, over the socket or when it was asked for. */
  keepPaymentEnd(grantId: string, key: string, payment: PaymentTold, sentAt: number, transport: 'http' | 'ws'): void {
    const told = paymentTold(payment);
    this.#keep({ kind: 'pay', requestId: key, grantId, sentAt, answeredAt: performance.now(), transport, ...told });
  }

  async #carry(
    what: string,
    request: HttpRequest,
    keep: (tried: HttpResponse | null, sentAt: number) => void = () => {},
  ): Promise<{ response: HttpResponse; members: Readonly<Record<string, unknown>>; sentAt: number }> {
    const firstSentAt = performance.now();
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMsMax, 2 * backoffMs)) {
      this.#over.throwIfAborted();
      const sentAt = performance.now();
      const heard = await this.#ask(request);
      const response = typeof heard === 'string' ? null : heard;
      keep(response, sentAt);
      if (response !== null && response.status !== 429 && response.status !== 503)
        return { response, members: membersOf(parseObject(response.body)), sentAt: firstSentAt };
      this.#over.throwIfAborted();
      const reason = response === null ? 'connection_lost' : codeOf(response, membersOf(parseObject(response.body)));
      this.#record.countRetry(`${what}: ${reason}`);
      const seconds = response?.retryAfterSeconds ?? null;
      const waitMs = (seconds === null ? backoffMs : seconds * 1000) * (1 + jitterShare * Math.random());
      await sleep(waitMs, undefined, { signal: this.#over });
    }
  }

  async #ask(request: HttpRequest): Promise<Heard> {
    try {
      return await within(this.#connection.ask(this.#buyer, request), answerWithinMs, request.path, this.#over);
    } catch {
      // Whatever comes now belongs to no request any more.
      this.#connection.close();
      return 'lost';
    }
  }

  #keepClaim(requestId: string, tried: HttpResponse | null, sentAt: number): void {
    const members = membersOf(parseObject(tried?.body ?? ''));
    const answer = tried === null ? null : readHttpAnswer(tried.status, tried.retryAfterSeconds, tried.body);
    const ids = { kind: 'wait' as const, requestId, sentAt, answeredAt: tried === null ? null : performance.now() };
    // Who stands in line, or has had an offer, was refused by the ledger first, with this arrival.
    if (tried?.status === 200 && typeof members['arrival'] === 'number')
      this.#keep({ ...ids, status: 200, outcome: 'sold_out', arrival: members['arrival'] });
    else if (answer === null) this.#keep(ids);
    else {
      const { status, outcome, errorCode, arrival, serial, grantId, code } = answer;
      this.#keep({ ...ids, status, outcome, errorCode, arrival, serial, grantId, code });
    }
  }

  #keepOfGrant(
    kind: 'cancel' | 'pay',
    requestId: string,
    grantId: string,
    tried: HttpResponse | null,
    sentAt: number,
    read: (members: Readonly<Record<string, unknown>>) => Told,
  ): void {
    const ids = { kind, requestId, grantId, sentAt };
    if (tried === null) this.#keep(ids);
    else {
      const members = membersOf(parseObject(tried.body));
      const told = tried.status < 300 ? read(members) : { errorCode: codeOf(tried, members), state: null };
      this.#keep({ ...ids, status: tried.status, answeredAt: performance.now(), ...told });
    }
  }

  #keep(fields: Partial<Attempt> & Pick<Attempt, 'kind' | 'requestId' | 'sentAt'>): void {
    this.#record.attempts.push({
      userId: this.#buyer.id,
      dropId: this.#record.dropId,
      transport: 'http',
      intendedAt: fields.sentAt,
      answeredAt: null,
      status: null,
      outcome: null,
      errorCode: null,
      arrival: null,
      serial: null,
      grantId: null,
      code: null,
      ...fields,
    });
  }

  #linePath(): string {
    return `/v1/drops/${this.#record.dropId}/line`;
  }
}

function grantTold(members: Readonly<Record<string, unknown>>): Told {
  return { state: readGrant(members)?.state ?? null, errorCode: null };
}

/** A payment that succeeded tells its buyer that the slot is confirmed. */
function paymentTold(value: unknown): Told {
  const payment = readPayment(value);
  if (payment?.state === 'succeeded') return { state: 'confirmed', errorCode: null };
  return { state: null, errorCode: payment?.failure ?? payment?.state ?? 'unreadable_answer' };
}

function refusal(response: HttpResponse, members: Readonly<Record<string, unknown>>): Refused {
  return { refused: codeOf(response, members) };
}

function codeOf({ status }: HttpResponse, { code }: Readonly<Record<string, unknown>>): string {
  return typeof code === 'string' ? code : `status_${status}`;
}
