/** The people in a drop over HTTP, for administrators. */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { isId } from '../database/id.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import { GRANT_STATES } from '../grants/grant.ts';
import { invalidField, Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Nullable, oneOf, Page, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { LOGGED_OUTCOMES } from '../ledger/log-event.ts';
import { PAYMENT_STATES } from '../payments/payment.ts';
import { GROUPS, peopleIn, placeDigits } from './people.ts';
import { LINE_STATES } from './store.ts';

const Time = Type.String({ format: 'date-time' });

const PersonShape = Type.Object({
  arrival: Type.Integer(),
  claimedAt: Time,
  outcome: oneOf(LOGGED_OUTCOMES),
  person: Type.Object({ id: Type.String(), username: Nullable(Type.String()) }),
  line: Nullable(
    Type.Object({
      state: oneOf(LINE_STATES),
      position: Nullable(Type.Integer({ description: 'With `who=waiting` and `username`' })),
    }),
  ),
  grant: Nullable(
    Type.Object({
      id: Type.String(),
      serial: Type.Integer(),
      state: oneOf(GRANT_STATES),
      grantedAt: Time,
      holdUntil: Nullable(Time),
      validUntil: Nullable(Time),
      settledAt: Nullable(Time),
      reference: Nullable(Type.String()),
      paying: Type.Boolean(),
      payment: Nullable(
        Type.Object({
          id: Type.String(),
          state: oneOf(PAYMENT_STATES),
          amount: Type.Integer(),
          currency: Type.String(),
        }),
      ),
    }),
  ),
});

const Filter = Type.Object(
  {
    who: Type.Unsafe<(typeof GROUPS)[number]>({ type: 'string', enum: [...GROUPS], default: 'holders' }),
    state: Type.Optional(oneOf(GRANT_STATES)),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export interface PeopleRoutesParts {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly guard: Guard;
}

export function peopleRoutes(server: Server, { database, catalogue, guard }: PeopleRoutesParts): void {
  server.get(
    '/v1/drops/:id/people',
    {
      onRequest: guard.administrator,
      schema: {
        tags: ['drops'],
        security: [{ accessToken: [] }],
        summary: 'The people in a drop: those who hold units, who wait, who were refused',
        params: Type.Object({ id: Type.String() }),
        querystring: Filter,
        response: { 200: Page(PersonShape) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { cursor, ...filter } = request.query;
      if (filter.state !== undefined && filter.who !== 'holders' && filter.username === undefined) {
        throw invalidField('state', 'goes with who=holders, or with username');
      }
      const after = cursor === undefined ? undefined : readCursor(cursor, placeDigits(filter));
      if (!isId(id) || (await catalogue.load(id)) === undefined) throw new Problem('drop_not_found');
      const { people, next } = await peopleIn(database, id, { ...filter, ...(after && { after }) });
      return { items: [...people], next: next && writeCursor(next) };
    },
  );
}
