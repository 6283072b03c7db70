/** Points over HTTP: how many one has; administrators give and take them. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import { invalidField } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey } from '../http/shapes.ts';
import { POINTS_MAX, type Points } from './points.ts';

const Balance = Type.Integer({ minimum: 0 });

export interface PointRoutesParts {
  readonly points: Points;
  readonly guard: Guard;
}

export function pointRoutes(server: Server, { points, guard }: PointRoutesParts): void {
  const tags = ['points'];
  const security = [{ accessToken: [] }];

  server.get(
    '/v1/me/points',
    {
      onRequest: guard.signedIn,
      schema: { tags, security, summary: 'My points', response: { 200: Type.Object({ balance: Balance }) } },
    },
    async (request) => ({ balance: await points.balance(callerOf(request).accountId) }),
  );

  server.post(
    '/v1/points',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Give somebody points, or take them away again',
        headers: IdempotencyKey,
        body: Type.Object(
          {
            username: Type.String({ minLength: 1, maxLength: 200 }),
            amount: Type.Integer({ minimum: -POINTS_MAX, maximum: POINTS_MAX }),
            reason: Type.String({ minLength: 1, maxLength: 200 }),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ username: Type.String(), balance: Balance }) },
      },
    },
    async (request, reply) => {
      if (request.body.amount === 0) throw invalidField('amount', 'must not be 0');
      const administratorId = callerOf(request).accountId;
      const given = await points.give({
        ...request.body,
        administratorId,
        requestId: request.headers['idempotency-key'],
      });
      return reply.code(201).send(given);
    },
  );
}
