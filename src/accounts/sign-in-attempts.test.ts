import { expect, it } from 'vitest';
import { SignInAttempts } from './sign-in-attempts.ts';

it('an address that is blocked does not count against the logins that it goes on to try', async () => {
  const attempts = new SignInAttempts();
  const addresses = Array.from({ length: 11 }, (_, number) => `10.0.0.${number}`);
  for (const address of addresses) {
    for (let guess = 0; guess < 300; guess += 1) await attempts.begin(`somebody-${guess}-${address}`, address);
    for (let guess = 0; guess < 10; guess += 1) {
      await expect(attempts.begin('victim', address)).rejects.toMatchObject({ code: 'too_many_attempts' });
    }
  }
  await expect(attempts.begin('victim', '192.0.2.1')).resolves.toBeDefined();
});

it('a login that is blocked at an address does not block the others there', async () => {
  const attempts = new SignInAttempts();
  for (let guess = 0; guess < 400; guess += 1) await attempts.begin('forgetful', '10.0.0.1').catch(() => {});
  await expect(attempts.begin('colleague', '10.0.0.1')).resolves.toBeDefined();
});
