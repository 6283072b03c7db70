/** The log of deliveries over HTTP, for administrators; and a failed one on its way again. */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { isId } from '../database/id.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Id, oneOf, Page, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { DELIVERY_STATES, deliveriesBy, sendAgain } from './delivery-log.ts';
import { CHANNELS, NOTIFICATION_TYPES } from './notification.ts';
import { DeliveryShape } from './shapes.ts';

const Filter = Type.Object(
  {
    state: Type.Optional(oneOf(DELIVERY_STATES)),
    type: Type.Optional(oneOf(NOTIFICATION_TYPES)),
    channel: Type.Optional(oneOf(CHANNELS)),
    userId: Type.Optional(Id),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export interface DeliveryRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
}

export function deliveryRoutes(server: Server, { database, guard }: DeliveryRoutesParts): void {
  const common = { tags: ['notifications'], security: [{ accessToken: [] }] };

  server.get(
    '/v1/deliveries',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'What was sent to whom over which channel, newest first',
        querystring: Filter,
        response: { 200: Page(DeliveryShape) },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query;
      const [after] = cursor === undefined ? [] : readCursor(cursor, [18]);
      const { deliveries, next } = await deliveriesBy(database, { ...filter, limit, ...(after && { after }) });
      return { items: deliveries, next: next && writeCursor([next]) };
    },
  );

  server.post(
    '/v1/deliveries/:id/send-again',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'Send it again',
        params: Type.Object({ id: Type.String() }),
        response: { 202: DeliveryShape },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const delivery = isId(id) ? await sendAgain(database, id) : undefined;
      if (delivery === undefined) throw new Problem('delivery_not_found');
      if (delivery.channel === 'in_app') throw new Problem('delivery_in_app');
      return reply.code(202).send(delivery);
    },
  );
}
