/** What administrators look at, as it travels: docs/api.md. */
import { Type } from '@fastify/type-provider-typebox';
import { DropShape } from '../drops/shapes.ts';
import { Nullable } from '../http/shapes.ts';

const Time = Type.String({ format: 'date-time' });
const Count = Type.Integer();
const Counts = Type.Array(Type.Integer());
const Milliseconds = Type.Array(Nullable(Type.Number()));
const Money = Type.Record(Type.String(), Type.Integer(), { description: 'By currency' });

export const FleetShape = Type.Object({
  processes: Type.Array(
    Type.Object({
      name: Type.String(),
      roles: Type.Array(Type.String()),
      startedAt: Time,
      seenAt: Time,
      sockets: Count,
      people: Count,
      claimsWaiting: Count,
      lag: Nullable(Count),
      cpuShare: Type.Number({ description: 'Of one core' }),
      memoryBytes: Count,
      lateMs: Type.Number({ description: 'How late its event loop was, p99' }),
    }),
  ),
  sockets: Count,
  people: Count,
  claimsWaiting: Count,
  lag: Nullable(Count),
});

export const MonitorShape = Type.Object({
  drop: DropShape,
  serverTime: Time,
  totals: Type.Object({
    arrivals: Count,
    granted: Count,
    remaining: Count,
    waiting: Count,
    serials: Count,
    states: Type.Object({
      issued: Count,
      used: Count,
      held: Count,
      confirmed: Count,
      cancelled: Count,
      expired: Count,
      returned: Count,
    }),
    paid: Type.Object({ count: Count, amount: Count }),
    pendingPayments: Count,
  }),
  seconds: Type.Object({
    from: Type.Integer({ description: 'The first second, since 1970' }),
    granted: Counts,
    soldOut: Counts,
    limitReached: Counts,
    closed: Counts,
    notOpen: Counts,
    faults: Counts,
    atGate: Counts,
    p50: Milliseconds,
    p95: Milliseconds,
    p99: Milliseconds,
  }),
  fleet: FleetShape,
});

const Sum = Type.Object({ count: Count, amount: Count });

export const DashboardShape = Type.Object({
  serverTime: Time,
  drops: Type.Object({ scheduled: Count, open: Count, soldOut: Count, closed: Count, cancelled: Count }),
  accounts: Count,
  totals: Type.Object({
    granted: Count,
    arrivals: Count,
    held: Count,
    confirmed: Count,
    used: Count,
    expired: Count,
    cancelled: Count,
    returned: Count,
    waiting: Count,
  }),
  days: Type.Array(
    Type.Object({
      day: Type.String({ format: 'date' }),
      granted: Count,
      refused: Count,
      faults: Count,
      deliveriesSent: Count,
      deliveriesFailed: Count,
      payments: Count,
      paid: Money,
      refunded: Money,
    }),
  ),
  deliveries: Type.Object({
    pending: Count,
    failed: Count,
    sent24h: Count,
    failed24h: Count,
    channels: Type.Array(Type.Object({ channel: Type.String(), pending: Count, sent24h: Count, failed24h: Count })),
  }),
  payments: Type.Object({
    pending: Count,
    refunding: Count,
    currencies: Type.Array(Type.Object({ currency: Type.String(), succeeded: Sum, refunded: Sum })),
  }),
  live: Type.Array(Type.Object({ drop: DropShape, perMinute: Counts })),
  upcoming: Type.Array(DropShape),
  fleet: FleetShape,
});
