/**
 * Coupon codes: twelve characters of Crockford's base 32 (no I, L, O, U: nothing looks like something else), shown as XXXX-XXXX-XXXX.
 *
 * Eleven characters are random: 55 bits, so among a million live codes a guess hits once in 36 thousand million tries. The twelfth is the check: the
 * characters, as elements of the field with 32 elements, weighted by the powers of its generator, sum to it. All weights differ and none is zero, so every
 * single wrong character and every swap of two characters changes the sum (the classic argument for weighted codes over a field).
 */
import { randomFillSync } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const RANDOM_LENGTH = 11;
const GROUP_LENGTH = 4;

/** x^5 + x^2 + 1 is primitive over GF(2): 2 generates all 31 non-zero elements. */
const REDUCTION = 0b100101;

function double(element: number): number {
  const doubled = element << 1;
  return doubled & 0b100000 ? doubled ^ REDUCTION : doubled;
}

/** Horner's scheme: the weights come out as 2^11, 2^10, …, 2. */
function checkOf(elements: readonly number[]): number {
  return elements.reduce((sum, element) => double(sum ^ element), 0);
}

// Random bytes are drawn for a few hundred codes at a time: one call to the system per code would cost more than the ledger's whole decision.
const pool = Buffer.alloc(RANDOM_LENGTH * 512);
let used = pool.length;

/** A new code, without dashes, as it is stored. */
export function newCode(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const elements: number[] = [];
  for (let index = 0; index < RANDOM_LENGTH; index += 1) elements.push((pool[used + index] ?? 0) & 31);
  pool.fill(0, used, used + RANDOM_LENGTH);
  used += RANDOM_LENGTH;
  elements.push(checkOf(elements));
  return elements.map((element) => ALPHABET[element]).join('');
}

/** As people read it: XXXX-XXXX-XXXX. */
export function formatCode(code: string): string {
  return code.replace(new RegExp(`.{${GROUP_LENGTH}}(?=.)`, 'g'), '$&-');
}

/**
 * What a person typed, as it is stored; undefined when it cannot be a code. Takes lower case, dashes and spaces, and the look-alikes
 * that Crockford's decoding allows (O for 0, I and L for 1).
 */
export function parseCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (code.length !== RANDOM_LENGTH + 1) return undefined;
  const elements = [...code].map((character) => ALPHABET.indexOf(character));
  if (elements.includes(-1)) return undefined;
  const check = elements.pop();
  return check === checkOf(elements) ? code : undefined;
}
