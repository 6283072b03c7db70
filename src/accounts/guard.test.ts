import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { Guard } from './guard.ts';
import { AccessTokens } from './tokens.ts';

const tokens = new AccessTokens('a secret of at least thirty-two characters');

function requestOf(token?: string): FastifyRequest {
  return { ip: '10.0.0.1', headers: token ? { authorization: `Bearer ${token}` } : {} } as FastifyRequest;
}

it('what everyone may read is limited by account for those signed in, by address for the rest', async () => {
  const guard = new Guard(tokens, { requestsPerUserPerSecond: 2, requestsPerAddressPerSecond: 1 });
  const alice = requestOf(tokens.issue({ id: '1', role: 'buyer' }, 'session-1'));
  const bob = requestOf(tokens.issue({ id: '2', role: 'buyer' }, 'session-2'));
  await guard.anyone(requestOf());
  await expect(guard.anyone(requestOf())).rejects.toMatchObject({ code: 'rate_limited' });
  await expect(guard.anyone(requestOf('forged'))).rejects.toMatchObject({ code: 'rate_limited' });
  for (const person of [alice, bob]) {
    await guard.anyone(person);
    await guard.anyone(person);
    await expect(guard.anyone(person)).rejects.toMatchObject({ code: 'rate_limited' });
  }
});
