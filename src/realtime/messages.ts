/** What travels over the socket: docs/socket.md. ClientIn comes from a browser and is not to be trusted; ClientOut is everything one can receive. */
import type { Identity } from '../accounts/account.ts';
import type { ClaimAnswer } from '../claims/admission.ts';
import { retryAfterSeconds } from '../claims/faults.ts';
import { refusalMembers } from '../claims/http-answer.ts';
import { type Drop, remainingOf, stateOf } from '../drops/drop.ts';
import type { Because, Grant } from '../grants/grant.ts';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';
import { REQUEST_ID_PATTERN } from '../http/shapes.ts';
import type { Place } from '../line/store.ts';
import type { Payment } from '../payments/payment.ts';

export type ClientIn =
  | { readonly type: 'authenticate'; readonly token: string | undefined; readonly cursor: number | undefined }
  | { readonly type: 'watch'; readonly dropIds: readonly string[] }
  | { readonly type: 'claim'; readonly requestId: string; readonly dropId: string }
  | { readonly type: 'ping' };

export const WATCHED_DROPS_MAX = 100;
const ID_LENGTH_MAX = 64;
const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN);

export class MalformedMessage extends Error {}

/** Throws MalformedMessage that says what is wrong. */
export function readMessage(text: string): ClientIn {
  const message = parse(text);
  switch (message['type']) {
    case 'authenticate': {
      const { token } = message;
      if (token !== undefined && token !== null && typeof token !== 'string')
        throw new MalformedMessage('token must be text');
      return { type: 'authenticate', token: token ?? undefined, cursor: readCursor(message['cursor']) };
    }
    case 'watch': {
      const { dropIds } = message;
      if (!Array.isArray(dropIds) || dropIds.length > WATCHED_DROPS_MAX || !dropIds.every(isId)) {
        throw new MalformedMessage(`dropIds must be a list of at most ${WATCHED_DROPS_MAX} ids`);
      }
      return { type: 'watch', dropIds };
    }
    case 'claim': {
      const { requestId, dropId } = message;
      if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId)) {
        throw new MalformedMessage('requestId must be 8 to 64 characters of A-Z a-z 0-9 _ -');
      }
      if (!isId(dropId)) throw new MalformedMessage('dropId must be an id');
      return { type: 'claim', requestId, dropId };
    }
    case 'ping':
      return { type: 'ping' };
    default:
      throw new MalformedMessage('type must be authenticate, watch, claim or ping');
  }
}

/** What we never gave out reads as one that nothing can follow on: the client is told that it has missed something. */
const UNKNOWN_CURSOR = Number.MAX_SAFE_INTEGER;

/** The cursor as a client brings it; undefined for none. Throws MalformedMessage for what is no text. */
export function readCursor(cursor: unknown): number | undefined {
  if (cursor === undefined || cursor === null) return undefined;
  if (typeof cursor !== 'string') throw new MalformedMessage('cursor must be text');
  return /^\d{1,15}$/.test(cursor) ? Number(cursor) : UNKNOWN_CURSOR;
}

function parse(text: string): Record<string, unknown> {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new MalformedMessage('a frame must be one JSON object');
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new MalformedMessage('a frame must be one JSON object');
  }
  return message as Record<string, unknown>;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_LENGTH_MAX;
}

export interface Welcome {
  readonly heartbeatSeconds: number;
  /** Undefined: a guest. */
  readonly identity: Identity | undefined;
  /** Where this connection's messages begin. */
  readonly cursor: string | null;
  /** Whether that is where the client had been. */
  readonly resumed: boolean;
}

export function welcomeMessage(nowMs: number, { identity, ...welcome }: Welcome): string {
  const account = identity === undefined ? null : { id: identity.accountId, role: identity.role };
  return JSON.stringify({ type: 'welcome', serverTime: isoTime(nowMs), account, ...welcome });
}

/** `cursor`: all of this person's messages up to it have been sent. */
export function pongMessage(nowMs: number, cursor: string | undefined): string {
  const known = cursor === undefined ? '' : `,"cursor":"${cursor}"`;
  return `{"type":"pong","serverTime":"${isoTime(nowMs)}"${known}}`;
}

export function dropMessage(drop: Drop, nowMs: number): string {
  return JSON.stringify({
    type: 'drop',
    dropId: drop.id,
    state: stateOf(drop, nowMs),
    remaining: remainingOf(drop),
    stock: drop.stock,
    waitingLine: drop.waitingLine,
    waiting: drop.waiting,
    lastGrantedArrival: drop.lastGrantedArrival,
    opensAt: isoTime(drop.opensAtMs),
    closesAt: drop.closesAtMs === null ? null : isoTime(drop.closesAtMs),
    version: drop.version,
    serverTime: isoTime(nowMs),
  });
}

/** Something has become of a grant: to all sockets of its holder. */
export function grantMessage(because: Because, grant: Grant): string {
  return JSON.stringify({ type: 'grant', because, grant });
}

/** What became of a payment: to all sockets of its buyer. */
export function paymentMessage(payment: Payment): string {
  return JSON.stringify({ type: 'payment', payment });
}

/** One's place in a drop's waiting line; no place: not in it (any more). */
export function lineMessage(dropId: string, place: Omit<Place, 'waiting'> | undefined, waiting: number): string {
  const { position = null, arrival } = place ?? {};
  return JSON.stringify({ type: 'line', dropId, position, waiting, arrival });
}

/** The answer to a claim: `outcome`, `queued` when that comes later, or `error` for a fault. */
export function answerMessage(requestId: string, answer: ClaimAnswer): string {
  if ('fault' in answer) {
    const seconds = retryAfterSeconds(answer.fault);
    return errorMessage(answer.fault, { requestId, ...(seconds !== undefined && { retryAfterSeconds: seconds }) });
  }
  if ('queued' in answer)
    return JSON.stringify({ type: 'queued', dropId: answer.dropId, requestId, claim: answer.queued });
  if (answer.outcome === 'granted') return `{"type":"outcome",${JSON.stringify(answer).slice(1)}`;
  return `{"type":"outcome","outcome":"${answer.outcome}","dropId":"${answer.dropId}"${refusalMembers(answer)}`;
}

export interface ErrorFields {
  readonly detail?: string;
  readonly requestId?: string;
  readonly dropId?: string;
  readonly retryAfterSeconds?: number;
}

export function errorMessage(code: ProblemCode, fields: ErrorFields = {}): string {
  return JSON.stringify({ type: 'error', code, detail: PROBLEMS[code].title, ...fields });
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
