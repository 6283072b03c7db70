import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacSha256 } from './hmac.ts';

const ascii = (maxLength: number) => fc.string({ unit: 'binary-ascii', maxLength });

describe('HMAC-SHA-256', () => {
  it('is what node:crypto says it is, for keys of any length and texts of any length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.array(ascii(300)), (secret, texts) => {
        const hmac = new HmacSha256(secret, 300);
        for (const text of texts)
          expect(hmac.sign(text)).toBe(createHmac('sha256', secret).update(text).digest('base64url'));
      }),
      { numRuns: 200 },
    );
  });

  it('is the one of RFC 4231, test case 2', () => {
    const signature = new HmacSha256('Jefe', 64).sign('what do ya want for nothing?');
    expect(Buffer.from(signature, 'base64url').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('signs nothing that it could only cut short', () => {
    expect(() => new HmacSha256('key', 10).sign('x'.repeat(11))).toThrow(RangeError);
  });
});
