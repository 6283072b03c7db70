import { hash, verify } from '@node-rs/argon2';
import { expect, it, vi } from 'vitest';
import { verifyNobody } from './passwords.ts';

vi.mock('@node-rs/argon2');

it('a hash that failed once for a login of nobody does not fail for the next', async () => {
  vi.mocked(hash).mockRejectedValueOnce(new Error('no memory'));
  vi.mocked(hash).mockResolvedValue('the hash');
  vi.mocked(verify).mockResolvedValue(false);
  await expect(verifyNobody('a guess')).rejects.toThrow('no memory');
  expect(await verifyNobody('a guess')).toBe(false);
  expect(await verifyNobody('a guess')).toBe(false);
  expect(hash).toHaveBeenCalledTimes(2);
});
