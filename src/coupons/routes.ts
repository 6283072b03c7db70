/** Coupons at the till, over HTTP. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { GrantChanges } from '../grants/changes.ts';
import { GrantShape, Reference } from '../grants/routes.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey } from '../http/shapes.ts';
import type { Till } from './till.ts';

const FoundCouponShape = Type.Object({
  grant: GrantShape,
  holder: Type.Object({ id: Type.String(), username: Type.String() }),
});

const Code = Type.String({ minLength: 1, maxLength: 40, description: 'As somebody types it: 8WKM-3Q2X-T7HC' });

export interface CouponRoutesParts {
  readonly till: Till;
  readonly changes: GrantChanges;
  readonly guard: Guard;
}

export function couponRoutes(server: Server, { till, changes, guard }: CouponRoutesParts): void {
  const tags = ['coupons at the till'];
  const security = [{ accessToken: [] }];

  server.post(
    '/v1/coupons/search',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Whose coupon this is, and whether it is good',
        body: Type.Object({ code: Code }, { additionalProperties: false }),
        response: { 200: FoundCouponShape },
      },
    },
    async (request) => {
      const { grant, holder } = await till.find(request.body.code, callerOf(request).accountId);
      return { grant, holder };
    },
  );

  server.post(
    '/v1/coupons/use',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Use it',
        headers: IdempotencyKey,
        body: Type.Object({ code: Code, reference: Reference }, { additionalProperties: false }),
        response: { 200: FoundCouponShape },
      },
    },
    async (request) => {
      const { code, reference = null } = request.body;
      const { dropId, serial, holder } = await till.find(code, callerOf(request).accountId);
      // Its own name for this use: a holder who happens to send the same key is not this till.
      const requestId = `till ${callerOf(request).accountId} ${request.headers['idempotency-key']}`;
      const grant = await changes.use({ dropId, serial, userId: null, requestId, reference });
      return { grant, holder };
    },
  );
}
