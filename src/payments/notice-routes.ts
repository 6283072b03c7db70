/**
 * Where providers send their notices (webhooks). Anybody can send here, so nothing that is said is believed: the books of the order that is named are looked at next, and
 * that is written down before the provider is thanked. Its signature is over the bytes that it sent, so the body stays text.
 */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import type { Providers } from './providers.ts';
import { heardOf } from './store.ts';

export interface NoticeRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
  readonly providers: Providers;
}

export async function noticeRoutes(server: Server, { database, guard, providers }: NoticeRoutesParts): Promise<void> {
  await server.register(async (scope: Server) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.post(
      '/v1/payments/notices/:method',
      {
        onRequest: guard.anyone,
        schema: {
          tags: ['payments'],
          summary: 'For providers: there is news of an order',
          params: Type.Object({ method: Type.String() }),
          response: { 200: Type.Object({}) },
        },
      },
      async (request) => {
        const method = providers.get(request.params.method)?.method;
        if (method === undefined) throw new Problem('not_found');
        const headers = request.headers as Record<string, string | undefined>;
        const orderId = method.readNotice(headers, typeof request.body === 'string' ? request.body : '');
        if (orderId !== undefined) await heardOf(database, method.name, orderId);
        return {};
      },
    );
  });
}
