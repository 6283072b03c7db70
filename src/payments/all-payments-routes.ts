/** Everybody's payments over HTTP, for administrators. */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Id, oneOf, Page, PageQuery } from '../http/shapes.ts';
import { allPayments, anyPayment } from './all-payments.ts';
import { PAYMENT_STATES } from './payment.ts';
import { AnyPaymentShape, readPlace, writePlace } from './shapes.ts';

const Filter = Type.Object(
  {
    state: Type.Optional(oneOf(PAYMENT_STATES)),
    method: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    dropId: Type.Optional(Id),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export interface AllPaymentRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
}

export function allPaymentRoutes(server: Server, { database, guard }: AllPaymentRoutesParts): void {
  const common = { tags: ['payments'], security: [{ accessToken: [] }] };

  server.get(
    '/v1/payments',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'Everybody’s payments, newest first',
        querystring: Filter,
        response: { 200: Page(AnyPaymentShape) },
      },
    },
    async (request) => {
      const { cursor, ...filter } = request.query;
      const { payments, next } = await allPayments(database, {
        ...filter,
        ...(cursor && { after: readPlace(cursor) }),
      });
      return { items: payments, next: next && writePlace(next) };
    },
  );

  server.get(
    '/v1/payments/:id',
    {
      onRequest: guard.administrator,
      schema: {
        ...common,
        summary: 'Anybody’s payment',
        params: Type.Object({ id: Type.String() }),
        response: { 200: AnyPaymentShape },
      },
    },
    async (request) => {
      const payment = await anyPayment(database, request.params.id);
      if (payment === undefined) throw new Problem('payment_not_found');
      return payment;
    },
  );
}
