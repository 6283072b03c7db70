/** Payments as the API shows them. */
import { Type } from '@fastify/type-provider-typebox';
import { invalidField } from '../http/problem.ts';
import { Nullable, oneOf, writeCursor } from '../http/shapes.ts';
import { PAYMENT_STATES } from './payment.ts';
import type { PaymentPlace } from './store.ts';

const Time = Type.String({ format: 'date-time' });

export const PaymentShape = Type.Object({
  id: Type.String(),
  grantId: Type.String(),
  dropId: Type.String(),
  title: Type.String(),
  method: Type.String(),
  amount: Type.Integer(),
  currency: Type.String(),
  state: oneOf(PAYMENT_STATES),
  failure: Nullable(Type.String()),
  createdAt: Time,
  decidedAt: Nullable(Time),
  refundedAt: Nullable(Time),
  receipt: Nullable(Type.Object({ number: Type.String(), url: Nullable(Type.String()) })),
  checkout: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'What the provider’s own page needs, while the buyer’s approval is waited for',
    }),
  ),
});

/** As administrators see it. */
export const AnyPaymentShape = Type.Object({
  ...PaymentShape.properties,
  person: Type.Object({ id: Type.String(), username: Nullable(Type.String()) }),
  checks: Type.Integer({ description: 'How often the provider’s books have been asked' }),
  checkAt: Nullable(Type.String({ format: 'date-time', description: 'When they are asked next' })),
  providerKey: Nullable(Type.String({ description: 'Its name at the provider' })),
});

export const PaymentMethodShape = Type.Object({
  name: Type.String(),
  testCards: Type.Optional(Type.Array(Type.Object({ card: Type.String(), effect: Type.String() }))),
});

export function writePlace({ createdAtMicros, id }: PaymentPlace): string {
  return writeCursor([createdAtMicros, id]);
}

/** Throws `invalid_request` for what no list gave. */
export function readPlace(cursor: string): PaymentPlace {
  const [, createdAtMicros, id] = /^(\d{1,18}) ([\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (!createdAtMicros || !id) throw invalidField('cursor', 'is not one that a list gave as `next`');
  return { createdAtMicros, id };
}
