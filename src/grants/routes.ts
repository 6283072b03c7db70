/** My coupons, my slots. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { DiscountShape } from '../drops/shapes.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Nullable, oneOf, Page, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { parseGrantId } from '../ledger/outcome.ts';
import { GRANT_STATES } from './grant.ts';
import { type GrantPlace, grantOf, grantsOf } from './store.ts';

const Time = Type.String({ format: 'date-time' });

const GrantShape = Type.Object({
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
});

const Filter = Type.Object(
  {
    kind: Type.Optional(oneOf(['coupon', 'product'])),
    state: Type.Optional(oneOf(GRANT_STATES)),
    dropId: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$' })),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export function grantRoutes(server: Server, { database, guard }: { database: Database; guard: Guard }): void {
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
      const place = parseGrantId(request.params.id);
      const grant = place && (await grantOf(database, callerOf(request).accountId, place.dropId, place.serial));
      if (grant === undefined) throw new Problem('grant_not_found');
      return grant;
    },
  );
}

/** Two of PostgreSQL's bigint and an integer. */
const PLACE_DIGITS_MAX = [18, 18, 9] as const;

function readPlace(cursor: string): GrantPlace {
  const [grantedAtMicros = '', dropId = '', serial = ''] = readCursor(cursor, PLACE_DIGITS_MAX);
  return { grantedAtMicros, dropId, serial: Number(serial) };
}
