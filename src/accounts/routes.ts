/** Sign up, sign in, refresh, sign out. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database } from '../database/database.ts';
import type { News } from '../fleet/news.ts';
import { networkOf } from '../http/client-network.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { oneOf } from '../http/shapes.ts';
import { languageOf } from '../notifications/language.ts';
import { LANGUAGES } from '../notifications/notification.ts';
import { notify } from '../notifications/notify.ts';
import type { Ways } from '../notifications/preferences.ts';
import { beginSettings } from '../notifications/settings-store.ts';
import { putMessages } from '../realtime/inbox.ts';
import { EMAIL_LENGTH_MAX, USERNAME_PATTERN } from './account.ts';
import { callerOf, type Guard } from './guard.ts';
import { admit, type MakeLimiter, memoryLimiter } from './limiters.ts';
import { hashPassword } from './passwords.ts';
import { profileRoutes } from './profile-routes.ts';
import { SESSION_SECONDS, type Sessions, type SignedIn } from './sessions.ts';
import { AccountShape, ConfirmedPassword, Email, NewPassword } from './shapes.ts';
import { insertAccount } from './store.ts';

const REFRESH_COOKIE = 'doorbuster_refresh';
const REFRESH_PATH = '/v1/sessions';
const HOUR_SECONDS = 3600;

const Session = Type.Object({ accessToken: Type.String(), expiresIn: Type.Integer(), account: AccountShape });

const NewAccount = Type.Object(
  {
    username: Type.String({ pattern: USERNAME_PATTERN }),
    email: Email,
    password: NewPassword,
    language: Type.Optional(oneOf(LANGUAGES)),
  },
  { additionalProperties: false },
);

const Credentials = Type.Object(
  {
    login: Type.String({ minLength: 1, maxLength: EMAIL_LENGTH_MAX }),
    password: ConfirmedPassword,
  },
  { additionalProperties: false },
);

export interface AccountRoutesParts {
  readonly database: Database;
  readonly sessions: Sessions;
  readonly guard: Guard;
  readonly news: Pick<News, 'announce'>;
  readonly signUpsPerAddressPerHour: number;
  /** Counts in this process unless told otherwise. */
  readonly makeLimiter?: MakeLimiter;
  /** Over which new members are welcomed, and all hear of a change of their account; in the app only unless told otherwise. */
  readonly ways?: Ways;
}

export function accountRoutes(server: Server, parts: AccountRoutesParts): void {
  const { database, sessions, guard, news, makeLimiter = memoryLimiter, ways = { email: false } } = parts;
  const signUps = makeLimiter('sign-up-address', parts.signUpsPerAddressPerHour, HOUR_SECONDS);
  const tags = ['people'];
  const security = [{ accessToken: [] }];

  server.post(
    '/v1/accounts',
    {
      onRequest: guard.anyone,
      schema: { tags, summary: 'Sign up', body: NewAccount, response: { 201: AccountShape } },
    },
    async (request, reply) => {
      await admit(signUps, networkOf(request.ip));
      const { username, email, password, language } = request.body;
      const passwordHash = await hashPassword(password);
      const account = await database.transaction(async (transaction) => {
        const made = await insertAccount(transaction, { username, email, passwordHash, role: 'buyer' });
        await beginSettings(transaction, made.id, language ?? languageOf(request.headers['accept-language']));
        const welcome = { userId: made.id, type: 'signed_up', data: { username }, dedupeKey: 'signed_up' } as const;
        await putMessages(transaction, await notify(transaction, [welcome], ways));
        return made;
      });
      return reply.code(201).send(account);
    },
  );

  server.post(
    '/v1/sessions',
    { onRequest: guard.anyone, schema: { tags, summary: 'Sign in', body: Credentials, response: { 201: Session } } },
    async (request, reply) => {
      const { login, password } = request.body;
      return answer(request, reply, await sessions.signIn(login, password, networkOf(request.ip)));
    },
  );

  server.post(
    '/v1/sessions/refresh',
    {
      onRequest: guard.anyone,
      schema: { tags, summary: 'A new access token for the refresh cookie', response: { 201: Session } },
    },
    async (request, reply) => {
      const refreshToken = request.cookies[REFRESH_COOKIE];
      if (refreshToken === undefined) throw new Problem('session_ended', { detail: 'There is no refresh cookie' });
      try {
        return await answer(request, reply, await sessions.refresh(refreshToken));
      } catch (error) {
        if (error instanceof Problem) void reply.clearCookie(REFRESH_COOKIE, { path: REFRESH_PATH });
        throw error;
      }
    },
  );

  server.delete(
    '/v1/sessions/current',
    { onRequest: guard.signedIn, schema: { tags, security, summary: 'Sign out', response: { 204: Type.Null() } } },
    async (request, reply) => {
      await sessions.end(callerOf(request).sessionId);
      return reply.clearCookie(REFRESH_COOKIE, { path: REFRESH_PATH }).code(204).send(null);
    },
  );

  profileRoutes(server, { database, sessions, guard, signUps, ways, news });
}

function answer(request: FastifyRequest, reply: FastifyReply, signedIn: SignedIn): FastifyReply {
  return reply
    .code(201)
    .setCookie(REFRESH_COOKIE, signedIn.refreshToken, {
      path: REFRESH_PATH,
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: SESSION_SECONDS,
    })
    .send({ accessToken: signedIn.accessToken, expiresIn: signedIn.expiresInSeconds, account: signedIn.account });
}
