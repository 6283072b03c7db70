/** What the server says to a claim, the same for both transports, and what the client does with it. */
import { type Outcome, outcomes } from '../history/attempt.ts';

export interface Answer {
  readonly status: number | null;
  readonly outcome: Outcome | null;
  readonly errorCode: string | null;
  readonly arrival: number | null;
  readonly serial: number | null;
  readonly grantId: string | null;
  readonly code: string | null;
  /** Of a granted purchase slot, by the server's clock. */
  readonly holdUntil: string | null;
  /** How long the server asks to wait before the same claim is sent again; `null`: it does not say. */
  readonly retryAfterMs: number | null;
}

/** What a claim may be answered with that is neither an outcome nor a fault: it may be sent again, with the same request id. */
const retryable = new Set([
  'overloaded',
  'ledger_unavailable',
  'shutting_down',
  'rate_limited',
  'too_many_attempts',
  'claim_in_flight',
  'queued',
]);

/** Whether the claim must be sent again to learn its outcome. */
export function isRetryable(answer: Answer): boolean {
  if (answer.outcome !== null) return answer.outcome === 'not_open';
  return retryable.has(answer.errorCode ?? '') || answer.status === 429 || answer.status === 503;
}

export function errorAnswer(errorCode: string, status: number | null = null): Answer {
  return {
    status,
    outcome: null,
    errorCode,
    arrival: null,
    serial: null,
    grantId: null,
    code: null,
    holdUntil: null,
    retryAfterMs: null,
  };
}

/** Reads an HTTP answer: 201 and 200 with the grant, 202 without one yet, or a problem document. Never throws: rubbish is an answer too. */
export function readHttpAnswer(status: number, retryAfterSeconds: number | null, body: string): Answer {
  const fields = parseObject(body);
  if (fields === undefined) return errorAnswer('unreadable_answer', status);
  if (fields['outcome'] === undefined) {
    const code = status === 202 ? 'queued' : text(fields['code']);
    const error = errorAnswer(code ?? `status_${status}`, status);
    return { ...error, retryAfterMs: retryAfterSeconds === null ? null : retryAfterSeconds * 1000 };
  }
  return readOutcome(fields, status);
}

/** Reads a socket message of type `outcome` or `error`. */
export function readSocketAnswer(message: Readonly<Record<string, unknown>>): Answer {
  if (message['type'] === 'outcome') return readOutcome(message, null);
  const seconds = number(message['retryAfterSeconds']);
  const error = errorAnswer(text(message['code']) ?? 'unreadable_answer');
  return { ...error, retryAfterMs: seconds === null ? null : seconds * 1000 };
}

/** A JSON object, or `undefined`. */
export function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** In a problem document `code` is the outcome once more; only in a grant is it the coupon's. */
function readOutcome(fields: Readonly<Record<string, unknown>>, status: number | null): Answer {
  const outcome = outcomes.find((known) => known === fields['outcome']);
  if (outcome === undefined) return errorAnswer('unknown_outcome', status);
  return {
    status,
    outcome,
    errorCode: null,
    arrival: number(fields['arrival']),
    serial: number(fields['serial']),
    grantId: text(fields['grantId']),
    code: outcome === 'granted' ? text(fields['code']) : null,
    holdUntil: outcome === 'granted' ? text(fields['holdUntil']) : null,
    retryAfterMs: outcome === 'not_open' ? untilOpening(fields) : null,
  };
}

function untilOpening(fields: Readonly<Record<string, unknown>>): number | null {
  const wait = Date.parse(text(fields['opensAt']) ?? '') - Date.parse(text(fields['serverTime']) ?? '');
  return Number.isFinite(wait) ? Math.max(1, wait) : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
