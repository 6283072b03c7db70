/** Pictures over HTTP: administrators put them in, everyone looks at them. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { hasAlready } from '../http/entity-tag.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { oneOf } from '../http/shapes.ts';
import { Gallery } from './gallery.ts';
import { isPictureName, PICTURE_BYTES_MAX, PICTURE_TYPES, urlOf } from './picture.ts';
import { readPicture, SEND_A_PICTURE } from './read-picture.ts';
import { putPicture } from './store.ts';

/** What a name stands for never changes. And whatever a picture may be besides, it is shown as one, and can run and load nothing. */
const HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'",
} as const;

const PutIn = Type.Object({
  imageUrl: Type.String(),
  type: oneOf(PICTURE_TYPES),
  bytes: Type.Integer({ description: 'How many are kept: what stands behind a picture’s end is not' }),
});

export interface PictureRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
}

export function pictureRoutes(server: Server, { database, guard }: PictureRoutesParts): void {
  const gallery = new Gallery(database);
  const tags = ['pictures'];

  // A place of its own: here, and only here, bodies are bytes.
  server.register(async (scope: Server) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser([...PICTURE_TYPES], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.addContentTypeParser('*', (_request, _payload, done) => {
      done(new Problem('unsupported_media_type', { detail: SEND_A_PICTURE }));
    });

    scope.post(
      '/v1/pictures',
      {
        onRequest: guard.administrator,
        bodyLimit: PICTURE_BYTES_MAX,
        schema: {
          tags,
          security: [{ accessToken: [] }],
          summary: 'Put in a picture for drops',
          body: { content: Object.fromEntries(PICTURE_TYPES.map((type) => [type, { schema: {} }])) },
          response: { 201: PutIn },
        },
      },
      async (request, reply) => {
        const picture = readPicture(request.body);
        const name = await putPicture(database, picture, callerOf(request).accountId);
        gallery.put(name, picture);
        return reply.code(201).send({ imageUrl: urlOf(name), type: picture.type, bytes: picture.bytes.length });
      },
    );
  });

  server.get(
    '/pictures/:name',
    { schema: { tags, summary: 'A picture', params: Type.Object({ name: Type.String() }) } },
    async (request, reply) => {
      const { name } = request.params;
      if (!isPictureName(name)) throw new Problem('not_found');
      const headers = { ...HEADERS, etag: `"${name}"` };
      if (hasAlready(request.headers['if-none-match'], headers.etag)) return reply.code(304).headers(headers).send();
      // What is at hand is everybody's, as often as they like. Only who makes us ask the database is counted.
      const picture = await gallery.load(name, () => guard.anyone(request));
      if (picture === undefined) throw new Problem('not_found');
      return reply.headers({ ...headers, 'content-type': picture.type }).send(picture.bytes);
    },
  );
}
