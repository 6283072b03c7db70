/** A coupon is its code: it must exist, be nobody else's, and be something a person can type. */
import type { Rule } from '../violation.ts';

/** Crockford's base 32: the position of a character is its value. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const shape = /^[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}$/;

export const codes: Rule = {
  name: 'codes',
  promise:
    'Every grant of a coupon drop has a well-formed code that no other grant of the drop has; purchase slots have none.',
  breaches: ({ ledger }) => {
    if (ledger.drop.kind === 'product') {
      return ledger.grants
        .filter((grant) => grant.code !== null)
        .map((grant) => `serial ${grant.serial} is a purchase slot, but has the code ${grant.code}`);
    }
    const malformed = ledger.grants.filter((grant) => grant.code === null || !isWellFormed(grant.code));
    const shared = [...Map.groupBy(ledger.grants, (grant) => grant.code)].filter(([, grants]) => grants.length > 1);
    return [
      ...malformed.map((grant) => `serial ${grant.serial} has the code ${JSON.stringify(grant.code)}`),
      ...shared.map(
        ([code, grants]) => `code ${code} belongs to serials ${grants.map((grant) => grant.serial).join(', ')}`,
      ),
    ];
  },
};

/** Twelve characters, in groups of four or in one piece, of which the last is the check. */
export function isWellFormed(code: string): boolean {
  const bare = code.replaceAll('-', '');
  return shape.test(code) && bare.at(-1) === checkCharacter(bare.slice(0, -1));
}

/**
 * The weighted sum of the characters in the field with 32 elements (x⁵ + x² + 1), the first with the highest power of
 * its generator, the last with the first. Written here a second time on purpose: a judge does not ask the judged.
 */
export function checkCharacter(characters: string): string {
  let sum = 0;
  for (const character of characters) {
    sum ^= alphabet.indexOf(character);
    sum = sum & 0b10000 ? (sum << 1) ^ 0b100101 : sum << 1;
  }
  return alphabet[sum] ?? '';
}
