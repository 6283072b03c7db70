import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCode, newCode, parseCode } from './code.ts';

const ALPHABET = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const position = fc.nat({ max: 11 });

describe('a coupon code', () => {
  it('has twelve characters without look-alikes, and reads back as it is shown', () => {
    for (let round = 0; round < 2_000; round += 1) {
      const code = newCode();
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/);
      expect(parseCode(formatCode(code))).toBe(code);
    }
  });

  it('is new each time', () => {
    const codes = Array.from({ length: 50_000 }, newCode);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('uses every character at every random place', () => {
    const seen = Array.from({ length: 11 }, () => new Set<string>());
    for (let round = 0; round < 2_000; round += 1) {
      for (const [place, character] of [...newCode()].slice(0, 11).entries()) seen[place]?.add(character);
    }
    for (const characters of seen) expect(characters.size).toBe(ALPHABET.length);
  });

  it('is shown in groups of four', () => {
    expect(formatCode('WPJ6D1SKCEAN')).toBe('WPJ6-D1SK-CEAN');
  });

  it('is understood as people type it', () => {
    const code = parseCode('WPJ6D1SKCEAN');
    expect(code).toBe('WPJ6D1SKCEAN');
    for (const typed of ['wpj6-d1sk-cean', ' wpj6 d1sk cean ', 'WPJ6-DISK-CEAN', 'wpj6dlskcean'])
      expect(parseCode(typed)).toBe(code);
  });

  it.each(['', 'WPJ6', 'WPJ6-D1SK-CEANX', 'WPJ6-D1SK-CEA', 'WPJ6-D1SK-CEA?', 'ÄPJ6-D1SK-CEAN', 'WPJ6-D1SU-CEAN'])(
    'cannot be %j',
    (typed) => expect(parseCode(typed)).toBeUndefined(),
  );

  it('shows any one wrong character', () => {
    fc.assert(
      fc.property(position, fc.constantFrom(...ALPHABET), (place, character) => {
        const code = newCode();
        fc.pre(code[place] !== character);
        expect(parseCode(code.slice(0, place) + character + code.slice(place + 1))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('shows any two characters that changed places', () => {
    fc.assert(
      fc.property(position, position, (one, other) => {
        const characters = [...newCode()];
        const [a, b] = [characters[one] ?? '', characters[other] ?? ''];
        fc.pre(a !== b);
        characters[one] = b;
        characters[other] = a;
        expect(parseCode(characters.join(''))).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});
