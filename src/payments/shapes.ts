/** Payments as the API shows them. */
import { Type } from '@fastify/type-provider-typebox';
import { Nullable, oneOf } from '../http/shapes.ts';
import { PAYMENT_STATES } from './payment.ts';

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

export const PaymentMethodShape = Type.Object({
  name: Type.String(),
  testCards: Type.Optional(Type.Array(Type.Object({ card: Type.String(), effect: Type.String() }))),
});
