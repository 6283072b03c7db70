/**
 * Accounts for a load test: thousands at once, with tokens. Exists only with LOADTEST_ENABLED, and only for administrators. Their passwords are a hash of nothing,
 * so nobody can sign in to them; the tokens are ordinary ones that live a day.
 */
import { randomBytes } from 'node:crypto';
import { Type } from '@fastify/type-provider-typebox';
import type { Database } from '../database/database.ts';
import type { Server } from '../http/server.ts';
import type { Guard } from './guard.ts';
import { ACCESS_TOKEN_SECONDS_MAX, type AccessTokens } from './tokens.ts';

const ACCOUNTS_MAX = 5_000;

const INSERT = `
  with made as (
    insert into accounts (username, email, password_hash)
    select name, name || '@loadtest.invalid', '!' from unnest($1::text[]) as name
    returning id, username),
  signed_in as (
    insert into sessions (id, account_id, refresh_hash, expires_at)
    select session.id, made.id, ''::bytea, now() + make_interval(secs => $3)
    from made join unnest($1::text[], $2::text[]) as session (name, id) on session.name = made.username)
  select id, username from made`;

export function loadtestRoutes(
  server: Server,
  parts: { database: Database; guard: Guard; tokens: AccessTokens },
): void {
  server.post(
    '/v1/loadtest/accounts',
    {
      onRequest: parts.guard.administrator,
      schema: {
        hide: true,
        body: Type.Object(
          {
            count: Type.Integer({ minimum: 1, maximum: ACCOUNTS_MAX }),
            prefix: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$' }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { count, prefix } = request.body;
      const run = randomBytes(4).toString('hex');
      const names = Array.from({ length: count }, (_, number) => `${prefix}-${run}-${number}`);
      const sessionIds = new Map(names.map((name) => [name, randomBytes(16).toString('base64url')]));
      const rows = await parts.database.query<{ id: string; username: string }>(INSERT, [
        names,
        [...sessionIds.values()],
        ACCESS_TOKEN_SECONDS_MAX,
      ]);
      const items = rows.map(({ id, username }) => ({
        id,
        username,
        accessToken: parts.tokens.issue(
          { id, role: 'buyer' },
          sessionIds.get(username) ?? '',
          ACCESS_TOKEN_SECONDS_MAX,
        ),
      }));
      return reply.code(201).send({ items });
    },
  );
}
