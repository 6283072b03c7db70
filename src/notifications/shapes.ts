/** Notifications as the API shows them. */
import { Type } from '@fastify/type-provider-typebox';
import { Nullable, oneOf } from '../http/shapes.ts';
import { DELIVERY_STATES } from './delivery-log.ts';
import { CHANNELS, LANGUAGES, MANNERS, NOTIFICATION_TYPES, type NotificationType } from './notification.ts';

const Time = Type.String({ format: 'date-time' });

const TypeName = oneOf(NOTIFICATION_TYPES);
const Channels = Type.Array(oneOf(CHANNELS), { uniqueItems: true });

export const NotificationShape = Type.Object({
  id: Type.String(),
  type: TypeName,
  title: Type.String(),
  text: Type.String(),
  path: Nullable(Type.String()),
  toldAt: Time,
  readAt: Nullable(Time),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'What it tells of, by type' }),
});

/** All that can be chosen: some types come whether one wants them or not. */
const CHOSEN_TYPES = NOTIFICATION_TYPES.filter((type) => !MANNERS[type].fixed);

const Choices = Type.Object(
  Object.fromEntries(CHOSEN_TYPES.map((type) => [type, Type.Optional(Nullable(Channels))])) as Record<
    NotificationType,
    ReturnType<typeof Type.Optional<ReturnType<typeof Nullable<typeof Channels>>>>
  >,
  { additionalProperties: false },
);

const Webhook = Type.Object({ webhookUrl: Nullable(Type.String({ description: 'Masked' })) });

export const SettingsShape = Type.Object({
  language: oneOf(LANGUAGES),
  email: Type.Object({
    address: Type.String(),
    on: Type.Boolean(),
    available: Type.Boolean({ description: 'Whether this shop sends email' }),
  }),
  slack: Webhook,
  discord: Webhook,
  types: Type.Array(
    Type.Object({
      type: TypeName,
      channels: Channels,
      defaults: Channels,
      fixed: Type.Boolean({ description: 'Comes whatever one chooses' }),
    }),
  ),
});

const Address = Nullable(Type.String({ minLength: 1, maxLength: 500 }));

export const SettingsChangeShape = Type.Object(
  {
    language: Type.Optional(oneOf(LANGUAGES)),
    email: Type.Optional(Type.Boolean()),
    slack: Type.Optional(Address),
    discord: Type.Optional(Address),
    choices: Type.Optional(Choices),
  },
  { additionalProperties: false },
);

export const DeliveryShape = Type.Object({
  id: Type.String(),
  notificationId: Type.String(),
  person: Type.Object({ id: Type.String(), username: Nullable(Type.String()) }),
  type: TypeName,
  channel: oneOf(CHANNELS),
  state: oneOf(DELIVERY_STATES),
  attempts: Type.Integer(),
  failure: Nullable(Type.String()),
  createdAt: Time,
  dueAt: Time,
  endedAt: Nullable(Time),
});
