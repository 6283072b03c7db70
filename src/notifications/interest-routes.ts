/** Following drops over HTTP: be told when one opens, is sold out, or has units again. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { isId } from '../database/id.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { type Drop, stateOf } from '../drops/drop.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { oneOf, Page, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { interestOf, interestsOf, putInterest, removeInterest } from './interests.ts';
import { FOLLOWED_TYPES } from './notification.ts';

const Tell = Type.Array(oneOf(FOLLOWED_TYPES), { uniqueItems: true });
const InterestShape = Type.Object({ dropId: Type.String(), tell: Tell });
const IdParameter = Type.Object({ id: Type.String() });

export interface InterestRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
  readonly catalogue: Pick<Catalogue, 'load'>;
  /** The ledger's time, as far as this process knows it. */
  readonly nowMs: () => number;
}

export function interestRoutes(server: Server, { database, guard, catalogue, nowMs }: InterestRoutesParts): void {
  const common = { tags: ['notifications'], security: [{ accessToken: [] }] };

  async function dropOf(id: string): Promise<Drop> {
    const drop = isId(id) ? await catalogue.load(id) : undefined;
    if (drop === undefined) throw new Problem('drop_not_found');
    return drop;
  }

  server.put(
    '/v1/drops/:id/interest',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Follow a drop',
        params: IdParameter,
        body: Type.Object({ tell: Tell }, { additionalProperties: false }),
        response: { 200: InterestShape },
      },
    },
    async (request) => {
      const drop = await dropOf(request.params.id);
      const state = stateOf(drop, nowMs());
      if (state === 'cancelled') throw new Problem('drop_cancelled');
      if (state === 'closed') throw new Problem('closed');
      const userId = callerOf(request).accountId;
      const interest = { dropId: drop.id, tell: request.body.tell };
      if (interest.tell.length === 0) await removeInterest(database, userId, drop.id);
      else if (!(await database.transaction((on) => putInterest(on, userId, interest)))) {
        throw new Problem('too_many_interests');
      }
      return interestOf(database, userId, drop.id);
    },
  );

  server.get(
    '/v1/drops/:id/interest',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Of what I am told of this drop',
        params: IdParameter,
        response: { 200: InterestShape },
      },
    },
    async (request) => interestOf(database, callerOf(request).accountId, (await dropOf(request.params.id)).id),
  );

  server.delete(
    '/v1/drops/:id/interest',
    {
      onRequest: guard.signedIn,
      schema: { ...common, summary: 'Follow it no longer', params: IdParameter, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!isId(id)) throw new Problem('drop_not_found');
      await removeInterest(database, callerOf(request).accountId, id);
      return reply.code(204).send(null);
    },
  );

  server.get(
    '/v1/me/interests',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'The drops that I follow, the newest drop first',
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(InterestShape) },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query;
      const [after] = cursor === undefined ? [] : readCursor(cursor, [18]);
      const { interests, next } = await interestsOf(database, callerOf(request).accountId, {
        limit,
        ...(after && { after }),
      });
      return { items: interests, next: next && writeCursor([next]) };
    },
  );
}
