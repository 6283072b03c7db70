/** Claims over HTTP: press, and ask again. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { callerOf, type Guard } from '../accounts/guard.ts';
import { invalidField, PROBLEM_TYPE, PROBLEMS, Problem, problemDocument } from '../http/problem.ts';
import { type Server, sendProblem } from '../http/server.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { type Admission, type ClaimAnswer, DROP_ID_PATTERN, REQUEST_ID_PATTERN } from './admission.ts';
import { retryAfterSeconds } from './faults.ts';

const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN);
const DROP_ID = new RegExp(DROP_ID_PATTERN);

export interface ClaimRoutesParts {
  readonly admission: Admission;
  readonly ledger: Ledger;
  readonly guard: Guard;
}

export function claimRoutes(server: Server, { admission, ledger, guard }: ClaimRoutesParts): void {
  const tags = ['claims'];
  const security = [{ accessToken: [] }];

  server.post(
    '/v1/drops/:id/claims',
    {
      schema: {
        tags,
        security,
        summary: 'Claim one unit',
        params: Type.Object({ id: Type.String() }),
        headers: Type.Object({ 'idempotency-key': Type.String({ pattern: REQUEST_ID_PATTERN }) }),
      },
      // The busiest path of all checks its one header itself, below.
      validatorCompiler: () => () => true,
    },
    (request, reply) => {
      const { accountId } = guard.identify(request);
      const requestId = request.headers['idempotency-key'];
      if (typeof requestId !== 'string' || !REQUEST_ID.test(requestId)) {
        throw invalidField(
          'Idempotency-Key',
          'must be 8 to 64 characters of A-Z a-z 0-9 _ -, a new one for each press',
        );
      }
      const answer = admission.claim({ dropId: request.params.id, userId: accountId, requestId });
      if (answer instanceof Promise) return answer.then((settled) => sendAnswer(reply, settled, 201));
      return sendAnswer(reply, answer, 201);
    },
  );

  server.get(
    '/v1/drops/:id/claims/:requestId',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'The answer that the ledger gave to my claim',
        params: Type.Object({ id: Type.String(), requestId: Type.String() }),
      },
    },
    async (request, reply) => {
      const { id, requestId } = request.params;
      const possible = DROP_ID.test(id) && REQUEST_ID.test(requestId);
      const outcome = possible && (await ledger.answerTo(id, callerOf(request).accountId, requestId));
      if (!outcome) throw new Problem('claim_not_found');
      return sendAnswer(reply, outcome, 200);
    },
  );
}

function sendAnswer(reply: FastifyReply, answer: ClaimAnswer, grantedStatus: number): FastifyReply {
  if ('fault' in answer) {
    const seconds = retryAfterSeconds(answer.fault);
    return sendProblem(reply, answer.fault, seconds === undefined ? {} : { retryAfterSeconds: seconds });
  }
  if (answer.outcome === 'granted') {
    return reply
      .code(grantedStatus)
      .header('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify(answer));
  }
  return reply.code(PROBLEMS[answer.outcome].status).header('content-type', PROBLEM_TYPE).send(refusalDocument(answer));
}

/** Every refusal but the last three fields is the same text; ids need no escaping, their patterns see to that. */
const PREFIXES = new Map<string, string>(
  (['sold_out', 'limit_reached', 'closed', 'not_open'] as const).map((code) => {
    const document = JSON.stringify({ ...problemDocument(code), outcome: code });
    return [code, document.slice(0, -1)];
  }),
);

function refusalDocument(refusal: Exclude<Outcome, { outcome: 'granted' }>): string {
  const claim = `${PREFIXES.get(refusal.outcome)},"dropId":"${refusal.dropId}","requestId":"${refusal.requestId}"`;
  if (refusal.outcome === 'not_open') {
    return `${claim},"opensAt":"${refusal.opensAt}","serverTime":"${refusal.serverTime}"}`;
  }
  return refusal.arrival === undefined ? `${claim}}` : `${claim},"arrival":${refusal.arrival}}`;
}
