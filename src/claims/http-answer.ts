/** A claim's answer as HTTP: status, type and body. The same bytes whichever way the request came. */
import { PROBLEM_TYPE, PROBLEMS, problemDocument } from '../http/problem.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { ClaimAnswer } from './admission.ts';
import { retryAfterSeconds } from './faults.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** ASCII only: all of it is ours, and ids are checked to be. */
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

/** Whoever has no socket open asks again; the claim needs no second press. */
const LOOK_AGAIN_AFTER_SECONDS = 1;
const JSON_TYPE = 'application/json; charset=utf-8';

/** `grantedStatus`: 201 for a claim, 200 for a look at an earlier one. */
export function httpAnswer(answer: ClaimAnswer, grantedStatus: 200 | 201): HttpAnswer {
  if ('fault' in answer) {
    const seconds = retryAfterSeconds(answer.fault);
    return {
      status: PROBLEMS[answer.fault].status,
      contentType: PROBLEM_TYPE,
      body: JSON.stringify(problemDocument(answer.fault)),
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    };
  }
  if ('queued' in answer) {
    const { queued: claim, dropId, requestId } = answer;
    const body = JSON.stringify({ claim, dropId, requestId });
    return { status: 202, contentType: JSON_TYPE, body, retryAfterSeconds: LOOK_AGAIN_AFTER_SECONDS };
  }
  if (answer.outcome === 'granted')
    return { status: grantedStatus, contentType: JSON_TYPE, body: JSON.stringify(answer) };
  return { status: PROBLEMS[answer.outcome].status, contentType: PROBLEM_TYPE, body: refusalDocument(answer) };
}

type Refusal = Exclude<Outcome, { outcome: 'granted' }>;

/** Every refusal but its last members is the same text; ids need no escaping, their patterns see to that. */
const BEGINNINGS = Object.fromEntries(
  (['sold_out', 'limit_reached', 'closed', 'not_open'] as const).map((code) => {
    const document = JSON.stringify({ ...problemDocument(code), outcome: code });
    return [code, `${document.slice(0, -1)},"dropId":"`];
  }),
) as Record<Refusal['outcome'], string>;

function refusalDocument(refusal: Refusal): string {
  return `${BEGINNINGS[refusal.outcome]}${refusal.dropId}"${refusalMembers(refusal)}`;
}

/** What follows the drop's id in the JSON of a refusal, over HTTP and over the socket. */
export function refusalMembers(refusal: Refusal): string {
  const claim = `,"requestId":"${refusal.requestId}"`;
  if (refusal.outcome === 'not_open')
    return `${claim},"opensAt":"${refusal.opensAt}","serverTime":"${refusal.serverTime}"}`;
  return refusal.arrival === undefined ? `${claim}}` : `${claim},"arrival":${refusal.arrival}}`;
}
