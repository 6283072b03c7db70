/** A forgotten password over HTTP: ask for a link by email, and set a new one with it. */
import { setTimeout as pause } from 'node:timers/promises';
import { Type } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger } from 'fastify';
import { networkOf } from '../http/client-network.ts';
import type { Server } from '../http/server.ts';
import type { Guard } from './guard.ts';
import { admit, type MakeLimiter, memoryLimiter } from './limiters.ts';
import type { PasswordResets } from './password-resets.ts';
import { Email, NewPassword } from './shapes.ts';

const WINDOW_SECONDS = 3600;
/** For an email address, whether somebody has it or not: nobody's letter box is filled, and the refusal tells nothing. For the asker's address: an office. */
const LIMITS = { email: 5, address: 100 } as const;
/** An answer takes at least so long, so that its time does not tell which addresses have an account. Longer than the few queries that it takes for those that have. */
const ANSWER_AFTER_MS = 150;

export interface PasswordResetRoutesParts {
  readonly resets: PasswordResets;
  readonly guard: Guard;
  /** Whether letters are sent here. */
  readonly emailAvailable: boolean;
  readonly log: Pick<FastifyBaseLogger, 'warn'>;
  readonly makeLimiter?: MakeLimiter;
}

export function passwordResetRoutes(server: Server, parts: PasswordResetRoutesParts): void {
  const { resets, guard, emailAvailable, log, makeLimiter = memoryLimiter } = parts;
  const byEmail = makeLimiter('password-reset-email', LIMITS.email, WINDOW_SECONDS);
  const byAddress = makeLimiter('password-reset-address', LIMITS.address, WINDOW_SECONDS);
  const tags = ['people'];
  let warned = false;

  server.post(
    '/v1/password-resets',
    {
      onRequest: guard.anyone,
      schema: {
        tags,
        summary: 'I have forgotten my password: send me a link',
        body: Type.Object({ email: Email }, { additionalProperties: false }),
        response: { 202: Type.Object({}) },
      },
    },
    async (request, reply) => {
      const { email } = request.body;
      await admit(byAddress, networkOf(request.ip));
      await admit(byEmail, email.toLowerCase());
      if (!emailAvailable && !warned) {
        warned = true;
        log.warn('somebody asked for a new password, and no email can be sent: set SMTP_URL');
      }
      await Promise.all([resets.ask(email), pause(ANSWER_AFTER_MS)]);
      return reply.code(202).send({});
    },
  );

  server.put(
    '/v1/password-resets/:token',
    {
      onRequest: guard.anyone,
      schema: {
        tags,
        summary: 'Set a new password with the link',
        params: Type.Object({ token: Type.String({ maxLength: 100 }) }),
        body: Type.Object({ password: NewPassword }, { additionalProperties: false }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await resets.use(request.params.token, request.body.password);
      return reply.code(204).send(null);
    },
  );
}
