/** My notifications over HTTP: the centre, and what I want to hear of over which channels. */
import { Type } from '@fastify/type-provider-typebox';
import { callerOf, type Guard } from '../accounts/guard.ts';
import { accountById } from '../accounts/store.ts';
import type { Database } from '../database/database.ts';
import { invalidFields, Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { Id, oneOf, PageQuery, readCursor, writeCursor } from '../http/shapes.ts';
import { centreOf, readUpTo } from './centre.ts';
import { LANGUAGES, MANNERS, NOTIFICATION_TYPES } from './notification.ts';
import { defaultsOf, type Ways } from './preferences.ts';
import { changeSettings, type NotificationSettings, type SettingsChange, settingsOf } from './settings-store.ts';
import { NotificationShape, SettingsChangeShape, SettingsShape } from './shapes.ts';
import { viewOf } from './telling.ts';
import { type WebhookKind, webhookAddress } from './webhook-address.ts';

/** Of the microseconds and of the id. */
const CURSOR_DIGITS = [18, 18];
/** So much of a webhook's address its owner knows it again by. */
const SHOWN_CHARACTERS = 4;

export interface NotificationRoutesParts {
  readonly database: Database;
  readonly guard: Guard;
  readonly ways: Ways;
  readonly webhookHosts: readonly string[];
}

export function notificationRoutes(server: Server, parts: NotificationRoutesParts): void {
  const { database, guard, ways, webhookHosts } = parts;
  const common = { tags: ['notifications'], security: [{ accessToken: [] }] };

  server.get(
    '/v1/me/notifications',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'What I was told, newest first',
        querystring: Type.Object(
          { language: Type.Optional(oneOf(LANGUAGES)), ...PageQuery },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(NotificationShape),
            next: Type.Union([Type.String(), Type.Null()]),
            unread: Type.Integer(),
          }),
        },
      },
    },
    async (request) => {
      const { cursor, limit, language: asked } = request.query;
      const userId = callerOf(request).accountId;
      const [toldAtMicros = '', id = ''] = cursor === undefined ? [] : readCursor(cursor, CURSOR_DIGITS);
      const after = cursor === undefined ? undefined : { toldAtMicros, id };
      const { entries, next, unread } = await centreOf(database, userId, { limit, ...(after && { after }) });
      const language = asked ?? (await settingsOf(database, userId)).language;
      return {
        items: entries.map((entry) => ({ ...viewOf(entry, language), data: { ...entry.data } })),
        next: next && writeCursor([next.toldAtMicros, next.id]),
        unread,
      };
    },
  );

  server.put(
    '/v1/me/notifications/read',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'I have read this one, and all that I was told before it',
        body: Type.Object({ upTo: Id }, { additionalProperties: false }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await readUpTo(database, callerOf(request).accountId, request.body.upTo);
      return reply.code(204).send(null);
    },
  );

  async function view(userId: string, settings: NotificationSettings) {
    const account = await accountById(database, userId);
    if (account === undefined) throw new Problem('unauthenticated');
    return {
      language: settings.language,
      email: { address: account.email, on: settings.email, available: ways.email },
      slack: { webhookUrl: masked(settings.slackUrl) },
      discord: { webhookUrl: masked(settings.discordUrl) },
      types: NOTIFICATION_TYPES.map((type) => {
        const defaults = defaultsOf(type);
        const fixed = MANNERS[type].fixed === true;
        return { type, channels: fixed ? defaults : [...(settings.choices[type] ?? defaults)], defaults, fixed };
      }),
    };
  }

  server.get(
    '/v1/me/notification-settings',
    {
      onRequest: guard.signedIn,
      schema: { ...common, summary: 'What I hear of, and over which channels', response: { 200: SettingsShape } },
    },
    async (request) => {
      const userId = callerOf(request).accountId;
      return view(userId, await settingsOf(database, userId));
    },
  );

  server.put(
    '/v1/me/notification-settings',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Change some of it',
        body: SettingsChangeShape,
        response: { 200: SettingsShape },
      },
    },
    async (request) => {
      const { slack, discord, language, email, choices } = request.body;
      checkAddresses({ slack, discord }, webhookHosts);
      const change: SettingsChange = {
        ...(language !== undefined && { language }),
        ...(email !== undefined && { email }),
        ...(slack !== undefined && { slackUrl: slack }),
        ...(discord !== undefined && { discordUrl: discord }),
        ...(choices !== undefined && { choices }),
      };
      const userId = callerOf(request).accountId;
      return view(userId, await changeSettings(database, userId, change));
    },
  );
}

function checkAddresses(addresses: Partial<Record<WebhookKind, string | null | undefined>>, hosts: readonly string[]) {
  const errors = (['slack', 'discord'] as const).flatMap((field) => {
    const address = addresses[field];
    const message = typeof address === 'string' ? webhookAddress(address, field, hosts) : undefined;
    return message === undefined ? [] : [{ field, message }];
  });
  if (errors.length > 0) throw invalidFields(errors);
}

/** Who knows the whole of it can write there, so it is never shown again. */
function masked(address: string | null): string | null {
  return address && `${new URL(address).host}/…${address.slice(-SHOWN_CHARACTERS)}`;
}
