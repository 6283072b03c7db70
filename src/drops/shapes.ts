/** Drops as they travel: what an administrator sends, what everybody reads. */
import { Type } from '@fastify/type-provider-typebox';
import { Nullable, oneOf, PageQuery } from '../http/shapes.ts';
import { DROP_STATES } from './drop.ts';

const STOCK_MAX = 10_000_000;
const MONEY_MAX = 1_000_000_000_000;
const KINDS = ['coupon', 'product'] as const;

/** By https, or a path of this server: browsers read `//host` and `/\host` as other sites. */
const PICTURE_ADDRESS = '^(https://[^\\s/\\\\?#@:]+(:\\d{1,5})?([/?#][^\\s\\\\]*)?|/[^\\s/\\\\][^\\s\\\\]*)$';

const Time = Type.String({ format: 'date-time' });
const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' });

export const DiscountShape = Type.Union([
  Type.Object({ percent: Type.Integer({ minimum: 1, maximum: 100 }) }, { additionalProperties: false }),
  Type.Object(
    { amount: Type.Integer({ minimum: 1, maximum: MONEY_MAX }), currency: Currency },
    { additionalProperties: false },
  ),
]);

const terms = {
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  description: Type.Optional(Type.String({ maxLength: 10_000 })),
  imageUrl: Type.Optional(Nullable(Type.String({ maxLength: 2_000, pattern: PICTURE_ADDRESS }))),
  stock: Type.Optional(Type.Integer({ minimum: 1, maximum: STOCK_MAX })),
  perUserLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  opensAt: Type.Optional(Time),
  closesAt: Type.Optional(Nullable(Time)),
  waitingLine: Type.Optional(Type.Boolean()),
  price: Type.Optional(Type.Integer({ minimum: 0, maximum: MONEY_MAX })),
  currency: Type.Optional(Currency),
  holdMinutes: Type.Optional(Type.Number({ minimum: 0.05, maximum: 1440, description: 'Kept to the second' })),
  discount: Type.Optional(DiscountShape),
  validUntil: Type.Optional(Nullable(Time)),
  validForDays: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 3650 }))),
};

export const NewDropShape = Type.Object({ kind: oneOf(KINDS), ...terms }, { additionalProperties: false });
export const AmendmentShape = Type.Object(terms, { additionalProperties: false, minProperties: 1 });

export const DropShape = Type.Object({
  id: Type.String(),
  kind: oneOf(KINDS),
  title: Type.String(),
  description: Type.String(),
  imageUrl: Nullable(Type.String()),
  state: oneOf(DROP_STATES),
  opensAt: Time,
  closesAt: Nullable(Time),
  stock: Type.Integer(),
  remaining: Type.Integer(),
  lastGrantedArrival: Nullable(Type.Integer()),
  perUserLimit: Type.Integer(),
  waitingLine: Type.Boolean(),
  waiting: Type.Integer(),
  createdAt: Time,
  version: Type.String({ description: 'Another one when the terms are others' }),
  price: Type.Optional(Nullable(Type.Integer())),
  currency: Type.Optional(Nullable(Type.String())),
  holdMinutes: Type.Optional(Nullable(Type.Number())),
  discount: Type.Optional(Nullable(DiscountShape)),
  validUntil: Type.Optional(Nullable(Time)),
  validForDays: Type.Optional(Nullable(Type.Integer())),
  serverTime: Type.Optional(Time),
});

export const DropQuery = Type.Object(
  { kind: Type.Optional(oneOf(KINDS)), state: Type.Optional(oneOf(DROP_STATES)), ...PageQuery },
  { additionalProperties: false },
);
