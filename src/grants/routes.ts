/** My coupons, my slots: look, use, give back. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { DiscountShape } from '../drops/shapes.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Id, IdempotencyKey, Nullable, oneOf, Page, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { parseGrantId } from '../ledger/outcome.ts';
import type { GrantChanges } from './changes.ts';
import { GRANT_STATES } from './grant.ts';
import { type GrantPlace, grantOf, grantsOf } from './store.ts';

const Time = Type.String({ format: 'date-time' });

export const GrantShape = Type.Object({
  id: Type.String(),
  kind: oneOf(['coupon', 'product']),
  dropId: Type.String(),
  title: Type.String(),
  imageUrl: Nullable(Type.String()),
  serial: Type.Integer(),
  arrival: Type.Integer(),
  state: oneOf(GRANT_STATES),
  grantedAt: Time,
  code: Nullable(Type.String()),
  validUntil: Nullable(Time),
  discount: Nullable(DiscountShape),
  holdUntil: Nullable(Time),
  price: Nullable(Type.Integer()),
  currency: Nullable(Type.String()),
  settledAt: Nullable(Time),
  reference: Nullable(Type.String()),
  paying: Type.Boolean(),
});

export const Reference = Type.Optional(
  Type.String({ minLength: 1, maxLength: 200, description: "The merchant's own word for this use" }),
);

const Filter = Type.Object(
  {
    kind: Type.Optional(oneOf(['coupon', 'product'])),
    state: Type.Optional(oneOf(GRANT_STATES)),
    dropId: Type.Optional(Id),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export interface GrantRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
  readonly changes: GrantChanges;
}

export function grantRoutes(server: Server, { database, guard, changes }: GrantRoutesParts): void {
  const tags = ['grants'];
  const security = [{ accessToken: [] }];

  server.get(
    '/v1/me/grants',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'My coupons and slots, newest first',
        querystring: Filter,
        response: { 200: Page(GrantShape) },
      },
    },
    async (request) => {
      const { kind, state, dropId, cursor, limit } = request.query;
      const { grants, next } = await grantsOf(database, callerOf(request).accountId, {
        limit,
        ...(kind && { kind }),
        ...(state && { state }),
        ...(dropId && { dropId }),
        ...(cursor && { after: readPlace(cursor) }),
      });
      return { items: grants, next: next && writeCursor([next.grantedAtMicros, next.dropId, next.serial]) };
    },
  );

  server.get(
    '/v1/me/grants/:id',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'One of them',
        params: Type.Object({ id: Type.String() }),
        response: { 200: GrantShape },
      },
    },
    async (request) => {
      const { dropId, serial } = placeOf(request.params.id);
      const grant = await grantOf(database, callerOf(request).accountId, dropId, serial);
      if (grant === undefined) throw new Problem('grant_not_found');
      return grant;
    },
  );

  server.post(
    '/v1/me/grants/:id/use',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'Use a coupon',
        params: Type.Object({ id: Type.String() }),
        headers: IdempotencyKey,
        body: Nullable(Type.Object({ reference: Reference }, { additionalProperties: false })),
        response: { 200: GrantShape },
      },
    },
    (request) =>
      changes.use({
        ...placeOf(request.params.id),
        userId: callerOf(request).accountId,
        requestId: request.headers['idempotency-key'],
        reference: request.body?.reference ?? null,
      }),
  );

  server.post(
    '/v1/me/grants/:id/cancel',
    {
      onRequest: guard.signedIn,
      schema: {
        tags,
        security,
        summary: 'Give a unit back: cancels a coupon, returns a slot',
        params: Type.Object({ id: Type.String() }),
        response: { 200: GrantShape },
      },
    },
    (request) => changes.giveBack({ ...placeOf(request.params.id), userId: callerOf(request).accountId }),
  );
}

/** What cannot be an id is nobody's grant, not a mistake in form. */
function placeOf(id: string): { dropId: string; serial: number } {
  const place = parseGrantId(id);
  if (place === undefined) throw new Problem('grant_not_found');
  return place;
}

/** Two of PostgreSQL's bigint and an integer. */
const PLACE_DIGITS_MAX = [18, 18, 9] as const;

function readPlace(cursor: string): GrantPlace {
  const [grantedAtMicros = '', dropId = '', serial = ''] = readCursor(cursor, PLACE_DIGITS_MAX);
  return { grantedAtMicros, dropId, serial: Number(serial) };
}
