/** `GET /v1/events`: the socket's messages as server-sent events, where WebSockets are blocked. */
import { Type } from '@fastify/type-provider-typebox';
import type { Guard } from '../accounts/guard.ts';
import { networkOf } from '../http/client-network.ts';
import { invalidField } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { EventStream, type EventStreamHost } from './event-stream.ts';
import type { Hub } from './hub.ts';
import type { LiveView } from './live-view.ts';
import { readCursor, WATCHED_DROPS_MAX } from './messages.ts';

export interface EventRoutesParts extends Omit<EventStreamHost, 'closing' | 'closed'> {
  readonly guard: Guard;
  readonly hub: Hub;
  readonly liveView: LiveView;
}

const WATCH_LENGTH_MAX = 2_000;

export function eventRoutes(server: Server, parts: EventRoutesParts): void {
  const { guard, hub, liveView } = parts;
  const host: EventStreamHost = {
    ...parts,
    nowMs: () => parts.nowMs(),
    closing: (stream) => hub.retire(stream),
    closed: (stream) => hub.leave(stream),
  };

  server.get(
    '/v1/events',
    {
      onRequest: guard.anyone,
      // It would open a stream that nobody hears.
      exposeHeadRoute: false,
      schema: {
        tags: ['realtime'],
        summary: 'What a socket hears, as an event stream; see docs/socket.md',
        security: [{ accessToken: [] }, {}],
        querystring: Type.Object({
          watch: Type.Optional(Type.String({ maxLength: WATCH_LENGTH_MAX, description: 'Ids of drops, with commas' })),
        }),
        headers: Type.Object({
          'last-event-id': Type.Optional(Type.String({ description: 'The last cursor seen' })),
        }),
        produces: ['text/event-stream'],
      },
    },
    (request, reply) => {
      // A token that is brought must be good: a guest's stream would hide that it is not.
      const identity = request.headers.authorization === undefined ? undefined : guard.identify(request);
      const watched = (request.query.watch ?? '').split(',').filter(Boolean);
      if (watched.length > WATCHED_DROPS_MAX) throw invalidField('watch', `has more than ${WATCHED_DROPS_MAX} drops`);
      const address = networkOf(request.ip);
      const refusal = hub.refusal(address);

      reply.hijack();
      reply.raw.writeHead(200, {
        ...reply.getHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would gather what is meant to leave at once.
        'x-accel-buffering': 'no',
      } as Record<string, string>);
      const stream = new EventStream(reply.raw, host, { identity, address });
      if (refusal !== undefined) {
        stream.close(refusal, 'no room for this stream');
        return;
      }
      hub.enter(stream);
      hub.identified(stream, undefined);
      stream.begin(readCursor(request.headers['last-event-id']));
      liveView.watch(stream, watched);
    },
  );
}
