/** One's own account over HTTP: read it, change the password, change the email address. */
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { networkOf } from '../http/client-network.ts';
import { Problem } from '../http/problem.ts';
import type { Server } from '../http/server.ts';
import { callerOf, type Guard } from './guard.ts';
import { admit } from './limiters.ts';
import { type Caller, Profile, type ProfileParts } from './profile.ts';
import { AccountShape, ConfirmedPassword, Email, NewPassword } from './shapes.ts';
import { accountById } from './store.ts';

export interface ProfileRoutesParts extends ProfileParts {
  readonly guard: Guard;
  /** By address. Who changes their address learns whether another one has an account, as who signs up does: so they are counted together. */
  readonly signUps: RateLimiterAbstract;
}

export function profileRoutes(server: Server, { guard, signUps, ...parts }: ProfileRoutesParts): void {
  const profile = new Profile(parts);
  const common = { tags: ['people'], security: [{ accessToken: [] }] };

  server.get(
    '/v1/me',
    { onRequest: guard.signedIn, schema: { ...common, summary: 'My profile', response: { 200: AccountShape } } },
    async (request) => {
      const account = await accountById(parts.database, callerOf(request).accountId);
      if (account === undefined) throw new Problem('unauthenticated');
      return account;
    },
  );

  server.patch(
    '/v1/me',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Change my email address',
        body: Type.Object({ email: Email, currentPassword: ConfirmedPassword }, { additionalProperties: false }),
        response: { 200: AccountShape },
      },
    },
    async (request) => {
      const { email, currentPassword } = request.body;
      return profile.changeEmail(caller(request), currentPassword, email, () => admit(signUps, networkOf(request.ip)));
    },
  );

  server.put(
    '/v1/me/password',
    {
      onRequest: guard.signedIn,
      schema: {
        ...common,
        summary: 'Change my password',
        body: Type.Object(
          { currentPassword: ConfirmedPassword, password: NewPassword },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { currentPassword, password } = request.body;
      await profile.changePassword(caller(request), currentPassword, password);
      return reply.code(204).send(null);
    },
  );
}

function caller(request: FastifyRequest): Caller {
  return { ...callerOf(request), address: networkOf(request.ip) };
}
