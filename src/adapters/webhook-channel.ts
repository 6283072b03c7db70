/**
 * What incoming webhooks have in common: a letter is one POST of JSON to an address that is a secret in itself.
 *
 *   2xx                                taken
 *   429                                Postponed, for as long as it says
 *   400 401 403 404 405 410 413 …      Undeliverable: the same letter to the same address will not be taken tomorrow either
 *   408 425 5xx, a redirect, silence,  an error: trying again may help
 *   no connection
 *
 * Errors are made here and carry no cause: those of a request may have its address in them.
 */
import { type Channel, type Letter, Postponed, Undeliverable } from '../notifications/channel.ts';
import { type WebhookKind, webhookAddress } from '../notifications/webhook-address.ts';
import { endsWithin } from './time-limit.ts';

/** They answer within a second. Who waits longer holds up the letters behind this one. */
const TIMEOUT_MS = 10_000;
/** What they say of an error has some hundred bytes; more is not read. */
const ANSWER_BYTES_MAX = 8 * 1024;
const POSTPONED_MS_MIN = 1_000;
const POSTPONED_MS_MAX = 60 * 60 * 1000;
const POSTPONED_MS_UNSAID = 30_000;
/** Of 4xx: what is about this moment, not about the letter. */
const PASSING = [408, 425];

export interface WebhookChannelOptions {
  /** As in the settings. Looked at before each sending, too: what the operator has taken off the list is not written to any more. */
  readonly webhookHosts: readonly string[];
  readonly timeoutMs?: number;
}

/** What one service has of its own. */
export interface WebhookService {
  readonly kind: WebhookKind;
  readonly name: string;
  compose(letter: Letter): Readonly<Record<string, unknown>>;
  /** A word for what was wrong, made of known parts only: what a server writes is not repeated. Empty: none. */
  readReason(body: string): string;
  /** How many seconds the answer's body asks for, where the service says it there. */
  readRetryAfterSeconds?(body: string): number | undefined;
}

export class WebhookChannel implements Channel {
  readonly name: WebhookKind;
  readonly #service: WebhookService;
  readonly #webhookHosts: readonly string[];
  readonly #timeoutMs: number;

  constructor(service: WebhookService, { webhookHosts, timeoutMs = TIMEOUT_MS }: WebhookChannelOptions) {
    this.name = service.kind;
    this.#service = service;
    this.#webhookHosts = webhookHosts;
    this.#timeoutMs = timeoutMs;
  }

  async send(letter: Letter, signal?: AbortSignal): Promise<void> {
    const { name, compose, readReason, readRetryAfterSeconds } = this.#service;
    const mistake = webhookAddress(letter.to, this.name, this.#webhookHosts);
    if (mistake) throw new Undeliverable(`the webhook’s address ${mistake}`);
    const { status, retryAfter, body } = await this.#post(letter, compose(letter), endsWithin(this.#timeoutMs, signal));
    if (status >= 200 && status < 300) return;
    if (status === 429) {
      const seconds = Math.max(secondsUntil(retryAfter) ?? 0, readRetryAfterSeconds?.(body) ?? 0);
      throw new Postponed(`${name} answered 429: too many messages`, boundedMs(seconds * 1000));
    }
    const reason = readReason(body);
    const answered = `${name} answered ${status}${reason && ` (${reason})`}`;
    if (status >= 400 && status < 500 && !PASSING.includes(status)) throw new Undeliverable(answered);
    throw new Error(answered);
  }

  /** Connections are those of the process. */
  async close(): Promise<void> {}

  async #post({ id, to }: Letter, message: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Answer> {
    try {
      const response = await fetch(to, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify(message),
        // It could lead to where nobody may have us write.
        redirect: 'error',
        signal,
      });
      const { ok, status, headers } = response;
      // Taken is taken: no fault in what is said afterwards may have it sent again.
      if (ok) void response.body?.cancel().catch(() => {});
      return { status, retryAfter: headers.get('retry-after'), body: ok ? '' : await readText(response) };
    } catch (error) {
      throw new Error(this.#silence(error as Error));
    }
  }

  #silence({ name, cause }: Error): string {
    const service = this.#service.name;
    if (name === 'TimeoutError') return `${service} did not answer within ${this.#timeoutMs} ms`;
    const { code, message } = (cause instanceof Error ? cause : {}) as Partial<NodeJS.ErrnoException>;
    if (message === 'unexpected redirect') return `${service} answered with a redirect, which is not followed`;
    return `${service} could not be reached${code && /^[A-Z_]+$/.test(code) ? `: ${code}` : ''}`;
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** As much as is needed of it; what is longer is cut off. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes >= ANSWER_BYTES_MAX) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES_MAX).toString('utf8');
}

/** Of `Retry-After`, which has seconds or a date. */
function secondsUntil(retryAfter: string | null): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter);
  const atMs = Date.parse(retryAfter);
  return Number.isNaN(atMs) ? undefined : (atMs - Date.now()) / 1000;
}

function boundedMs(milliseconds: number): number {
  if (!(milliseconds > 0)) return POSTPONED_MS_UNSAID;
  return Math.min(Math.max(Math.ceil(milliseconds), POSTPONED_MS_MIN), POSTPONED_MS_MAX);
}
