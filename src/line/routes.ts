/** The waiting line over HTTP: ask for a place, look where it is, leave. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import { httpAnswer } from '../claims/http-answer.ts';
import type { Database } from '../database/database.ts';
import { isId } from '../database/id.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { stateOf } from '../drops/drop.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey, oneOf } from '../http/shapes.ts';
import { grantIdOf } from '../ledger/outcome.ts';
import type { Waited, WaitingLine } from './line.ts';
import { placeOf } from './store.ts';

export interface LineRoutesParts {
  readonly catalogue: Catalogue;
  readonly nowMs: () => number;
  readonly line: WaitingLine;
  readonly database: Database;
  readonly guard: Guard;
}

const IdParameter = Type.Object({ id: Type.String() });

const PlaceShape = Type.Object({
  place: oneOf(['waiting', 'offered']),
  arrival: Type.Optional(Type.Integer()),
  position: Type.Optional(Type.Integer()),
  waiting: Type.Optional(Type.Integer()),
  grantId: Type.Optional(Type.String()),
});

export function lineRoutes(server: Server, { line, catalogue, nowMs, database, guard }: LineRoutesParts): void {
  const common = { tags: ['waiting line'], security: [{ accessToken: [] }], params: IdParameter };

  server.put(
    '/v1/drops/:id/line',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Wait for a unit of a drop that is sold out',
        headers: IdempotencyKey,
        response: { 200: PlaceShape },
      },
    },
    async (request, reply) => {
      const dropId = dropIdOf(request.params.id);
      const drop = await catalogue.load(dropId);
      if (drop === undefined) throw new Problem('drop_not_found');
      if (!drop.waitingLine) throw new Problem('no_waiting_line');
      const state = stateOf(drop, nowMs());
      if (state === 'closed' || state === 'cancelled') throw new Problem('closed');
      const userId = callerOf(request).accountId;
      const answer = await line.wait({ dropId, userId, requestId: request.headers['idempotency-key'] });
      if ('place' in answer) return placeAnswer(answer, dropId);
      // It was not sold out after all, or will not be sold to this person: what the claim was told.
      const { status, contentType, body, retryAfterSeconds } = httpAnswer(answer, 201);
      if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
      return reply
        .code(status as 200)
        .serializer((text) => text as unknown as string)
        .header('content-type', contentType)
        .send(body as never);
    },
  );

  server.get(
    '/v1/drops/:id/line',
    {
      onRequest: guard.signedIn,
      schema: { ...common, summary: 'My place in the line', response: { 200: PlaceShape } },
    },
    async (request) => {
      const place = await placeOf(database, dropIdOf(request.params.id), callerOf(request).accountId);
      if (place === undefined) throw new Problem('not_waiting');
      return { place: 'waiting' as const, ...place };
    },
  );

  server.delete(
    '/v1/drops/:id/line',
    {
      onRequest: guard.signedIn,
      schema: { ...common, summary: 'Leave the line', response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await line.leave(dropIdOf(request.params.id), callerOf(request).accountId);
      return reply.code(204).send(null);
    },
  );
}

function placeAnswer({ place, position, waiting }: Waited, dropId: string) {
  switch (place.place) {
    case 'waiting':
      return {
        place: 'waiting' as const,
        arrival: place.arrival,
        ...(position !== undefined && { position }),
        waiting,
      };
    case 'offered':
      return { place: 'offered' as const, arrival: place.arrival, grantId: grantIdOf(dropId, place.serial) };
    case 'over':
      throw new Problem('turn_over', { detail: 'Your turn with this claim is over: wait again with a new one' });
    case 'no_line':
      throw new Problem('no_waiting_line');
    default:
      throw new Problem(place.place ?? 'internal');
  }
}

function dropIdOf(text: string): string {
  if (!isId(text)) throw new Problem('drop_not_found');
  return text;
}
