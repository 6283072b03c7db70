/** Shapes that the routes of several domains share. */
import { type TSchema, Type } from '@fastify/type-provider-typebox';
import { ID_PATTERN } from '../database/id.ts';
import { invalidField } from './problem.ts';

const PAGE_LIMIT_DEFAULT = 50;

/** The query of a list. */
export const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: PAGE_LIMIT_DEFAULT }),
};

export function Page<Item extends TSchema>(item: Item) {
  return Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });
}

export function Nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

export function oneOf<const Values extends readonly string[]>(values: Values) {
  return Type.Unsafe<Values[number]>({ type: 'string', enum: [...values] });
}

export const Id = Type.String({ pattern: ID_PATTERN });

/** What tells a request that is repeated from a new one. */
export const REQUEST_ID_PATTERN = '^[A-Za-z0-9_-]{8,64}$';
export const IdempotencyKey = Type.Object({ 'idempotency-key': Type.String({ pattern: REQUEST_ID_PATTERN }) });

/** Cursors are opaque to clients: what follows from them may change with any version. */
export function writeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(place.join(' ')).toString('base64url');
}

/**
 * The parts of a cursor, all of them whole numbers in text, each with as many digits as `digitsMax` has for it: so that it fits its column. Throws
 * `invalid_request` for what we never gave out.
 */
export function readCursor(cursor: string, digitsMax: readonly number[]): string[] {
  const place = Buffer.from(cursor, 'base64url').toString().split(' ');
  const fits = (part: string, index: number) => /^\d+$/.test(part) && part.length <= (digitsMax[index] ?? 0);
  if (place.length !== digitsMax.length || !place.every(fits)) {
    throw invalidField('cursor', 'is not one that a list gave as `next`');
  }
  return place;
}
