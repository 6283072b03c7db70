/** Drops over HTTP: everyone reads them, administrators make and change them. */
import { Readable } from 'node:stream';
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import type { Database } from '../database/database.ts';
import { isId } from '../database/id.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { IdempotencyKey, Page, readCursor, writeCursor } from '../http/shapes.ts';
import { exportLedger } from '../ledger/export.ts';
import { keptUrl } from '../pictures/picture.ts';
import type { Catalogue } from './catalogue.ts';
import type { LedgerClock } from './clock.ts';
import { type Drop, viewOf } from './drop.ts';
import { AmendmentShape, DropQuery, DropShape, NewDropShape } from './shapes.ts';
import { amendDrop, cancelDrop, createDrop, createDropOnce, deleteDrop, type Written } from './store.ts';
import { type DropInput, newTerms } from './terms.ts';

const IdParameter = Type.Object({ id: Type.String() });

export interface DropRoutesParts {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly clock: LedgerClock;
  readonly guard: Guard;
  /** After each change by an administrator. */
  readonly onChanged: (drop: Drop) => void;
  readonly onDeleted: (id: string) => void;
  /** Where people find the shop, if it is known. */
  readonly publicUrl: string | null;
}

export function dropRoutes(server: Server, parts: DropRoutesParts): void {
  const { database, catalogue, clock, guard, onChanged, onDeleted, publicUrl } = parts;
  const tags = ['drops'];
  const security = [{ accessToken: [] }];
  const view = (drop: Drop) => viewOf(drop, clock.nowMs());
  const publicHosts = publicUrl === null ? [] : [new URL(publicUrl).host];
  const inputOf = (input: DropInput, { host }: { readonly host: string }): DropInput =>
    input.imageUrl ? { ...input, imageUrl: keptUrl(input.imageUrl, [host, ...publicHosts]) } : input;
  const changed = (drop: Drop): Drop => {
    const kept = catalogue.changed(drop);
    onChanged(drop);
    return kept;
  };
  const told = ({ drop, isNew }: Written): Drop => (isNew ? changed(drop) : drop);

  server.get(
    '/v1/drops',
    {
      onRequest: guard.anyone,
      schema: { tags, summary: 'All drops', querystring: DropQuery, response: { 200: Page(DropShape) } },
    },
    async (request) => {
      const { kind, state, cursor, limit } = request.query;
      const offset = cursor ? Number(readCursor(cursor, [9])[0]) : 0;
      const drops = await catalogue.list({ offset, limit: limit + 1, ...(kind && { kind }), ...(state && { state }) });
      const next = drops.length > limit ? writeCursor([offset + limit]) : null;
      return { items: drops.slice(0, limit).map(view), next };
    },
  );

  server.get(
    '/v1/drops/:id',
    {
      onRequest: guard.anyone,
      schema: { tags, summary: 'One drop', params: IdParameter, response: { 200: DropShape } },
    },
    async (request) => {
      const drop = await catalogue.load(dropIdOf(request.params.id));
      if (drop === undefined) throw new Problem('drop_not_found');
      return { ...view(drop), serverTime: new Date(clock.nowMs()).toISOString() };
    },
  );

  server.post(
    '/v1/drops',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Create a drop',
        headers: Type.Partial(IdempotencyKey),
        body: NewDropShape,
        response: { 201: DropShape },
      },
    },
    async (request, reply) => {
      const { kind, ...input } = request.body;
      const terms = () => newTerms(kind, inputOf(input as DropInput, request), clock.nowMs());
      const requestId = request.headers['idempotency-key'];
      const written =
        requestId === undefined
          ? { drop: await createDrop(database, terms()), isNew: true }
          : await createDropOnce(database, { accountId: callerOf(request).accountId, requestId }, terms);
      return reply.code(201).send(view(told(written)));
    },
  );

  server.patch(
    '/v1/drops/:id',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Change a drop',
        params: IdParameter,
        body: AmendmentShape,
        response: { 200: DropShape },
      },
    },
    async (request) => {
      const id = dropIdOf(request.params.id);
      const drop = await amendDrop(database, id, inputOf(request.body as DropInput, request), () => clock.nowMs());
      return view(changed(drop));
    },
  );

  server.post(
    '/v1/drops/:id/cancel',
    {
      onRequest: guard.administrator,
      schema: { tags, security, summary: 'Cancel a drop', params: IdParameter, response: { 200: DropShape } },
    },
    async (request) => view(told(await cancelDrop(database, dropIdOf(request.params.id)))),
  );

  server.delete(
    '/v1/drops/:id',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'Delete a drop that nobody has claimed',
        params: IdParameter,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const id = dropIdOf(request.params.id);
      await deleteDrop(database, id);
      onDeleted(id);
      return reply.code(204).send(null);
    },
  );

  server.get(
    '/v1/drops/:id/ledger',
    {
      onRequest: guard.administrator,
      schema: {
        tags,
        security,
        summary: 'All that the ledger holds about a drop, one JSON object a line',
        params: IdParameter,
      },
    },
    async (request, reply) => {
      const lines = exportLedger(database, dropIdOf(request.params.id));
      const first = await lines.next();
      if (first.done) throw new Problem('drop_not_found');
      return reply.header('content-type', 'application/x-ndjson').send(Readable.from(withFirst(first.value, lines)));
    },
  );
}

/** What cannot be an id is an unknown drop, not a mistake in form. */
function dropIdOf(text: string): string {
  if (!isId(text)) throw new Problem('drop_not_found');
  return text;
}

async function* withFirst(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}
