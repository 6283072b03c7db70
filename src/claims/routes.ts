/** Claims over HTTP: press, and ask again. Most presses never come here: see `fast-lane.ts`. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { callerOf, type Guard } from '../accounts/guard.ts';
import { isId } from '../database/id.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey, REQUEST_ID_PATTERN } from '../http/shapes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Admission, type ClaimAnswer, queued } from './admission.ts';
import { httpAnswer } from './http-answer.ts';

const REQUEST_ID = new RegExp(REQUEST_ID_PATTERN);

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
        headers: IdempotencyKey,
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
      const possible = isId(id) && REQUEST_ID.test(requestId);
      if (!possible) throw new Problem('claim_not_found');
      const claim = { dropId: id, requestId, userId: callerOf(request).accountId };
      // First whether it is on its way, then the ledger: what is decided in between is found.
      const isOnItsWay = await admission.isOnItsWay(claim);
      const outcome = await ledger.answerTo(id, claim.userId, requestId);
      if (outcome !== undefined) return sendAnswer(reply, outcome, 200);
      if (isOnItsWay) return sendAnswer(reply, queued(claim), 200);
      throw new Problem('claim_not_found');
    },
  );
}

function sendAnswer(reply: FastifyReply, answer: ClaimAnswer, grantedStatus: 200 | 201): FastifyReply {
  const { status, contentType, body, retryAfterSeconds } = httpAnswer(answer, grantedStatus);
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  return reply.code(status).header('content-type', contentType).send(body);
}
