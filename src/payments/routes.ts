/** Paying over HTTP: how one can pay, pay for a slot, what became of it. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey, Page, PageQuery } from '../http/shapes.ts';
import { parseGrantId } from '../ledger/outcome.ts';
import type { PaymentDesk } from './desk.ts';
import { awaitsApproval, isInFlight, orderOf, type Payment, paymentView, type StoredPayment } from './payment.ts';
import type { Providers } from './providers.ts';
import { PaymentMethodShape, PaymentShape, readPlace, writePlace } from './shapes.ts';
import { paymentOf, paymentsOf } from './store.ts';

export interface PaymentRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
  readonly desk: PaymentDesk;
  readonly providers: Providers;
}

const IdParameter = Type.Object({ id: Type.String() });
/** Which fields belong to an approval is the method's business. */
const Approval = Type.Record(Type.String(), Type.Unknown());

export function paymentRoutes(server: Server, { database, guard, desk, providers }: PaymentRoutesParts): void {
  const tags = ['payments'];
  const security = [{ accessToken: [] }];

  function view(payment: StoredPayment): Payment {
    const method = awaitsApproval(payment) ? providers.get(payment.method)?.method : undefined;
    return paymentView(payment, method?.checkout(orderOf(payment)) ?? undefined);
  }

  server.get(
    '/v1/payment-methods',
    {
      onRequest: guard.anyone,
      schema: {
        tags,
        summary: 'How one can pay here',
        response: { 200: Type.Object({ items: Type.Array(PaymentMethodShape) }) },
      },
    },
    async () => ({
      items: [...providers.values()].map(({ method: { name, testCards } }) => ({
        name,
        ...(testCards && { testCards: [...testCards] }),
      })),
    }),
  );

  server.post(
    '/v1/me/grants/:id/payments',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'Pay for a slot',
        params: IdParameter,
        headers: IdempotencyKey,
        body: Type.Object({ method: Type.String({ minLength: 1, maxLength: 40 }) }, { additionalProperties: true }),
        response: { 201: PaymentShape, 202: PaymentShape },
      },
    },
    async (request, reply) => {
      const place = parseGrantId(request.params.id);
      if (place === undefined) throw new Problem('grant_not_found');
      const { method, ...brought } = request.body;
      const userId = callerOf(request).accountId;
      const requestId = request.headers['idempotency-key'];
      const payment = await desk.pay({ ...place, userId, requestId, method, brought });
      return reply.code(isInFlight(payment) ? 202 : 201).send(view(payment));
    },
  );

  server.post(
    '/v1/me/payments/:id/approval',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'The buyer has approved it at the provider',
        params: IdParameter,
        body: Approval,
        response: { 200: PaymentShape, 202: PaymentShape },
      },
    },
    async (request, reply) => {
      const payment = await desk.approve(callerOf(request).accountId, request.params.id, request.body);
      return reply.code(isInFlight(payment) ? 202 : 200).send(view(payment));
    },
  );

  server.get(
    '/v1/me/payments',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'My payments, newest first',
        querystring: Type.Object(
          { grantId: Type.Optional(Type.String({ maxLength: 40 })), ...PageQuery },
          { additionalProperties: false },
        ),
        response: { 200: Page(PaymentShape) },
      },
    },
    async (request) => {
      const { grantId, cursor, limit } = request.query;
      const grant = grantId === undefined ? undefined : parseGrantId(grantId);
      if (grantId !== undefined && grant === undefined) throw invalidField('grantId', 'is not a grant’s id');
      const { payments, next } = await paymentsOf(database, callerOf(request).accountId, {
        limit,
        ...(grant && { grant }),
        ...(cursor && { after: readPlace(cursor) }),
      });
      return { items: payments.map(view), next: next && writePlace(next) };
    },
  );

  server.get(
    '/v1/me/payments/:id',
    {
      onRequest: guard.signedIn,
      schema: { tags, security, summary: 'One of them', params: IdParameter, response: { 200: PaymentShape } },
    },
    async (request) => {
      const payment = await paymentOf(database, request.params.id, callerOf(request).accountId);
      if (payment === undefined) throw new Problem('payment_not_found');
      return view(payment);
    },
  );
}
