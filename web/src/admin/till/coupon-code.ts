/** Crockford's base 32: without I, L, O and U, so that nothing looks like something else. */
const alphabet = /^[0-9A-HJKMNP-TV-Z]*$/;
const length = 12;

/**
 * What somebody types from a screen held out to them, as the code is written: upper case, in groups of four. Look-alikes become what was meant
 * (O is 0; I and L are 1); dashes and spaces may stand anywhere.
 */
export function tidyCode(typed: string): string {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return (code.match(/.{1,4}/gu) ?? []).join('-');
}

/** Whether it can be a code at all; the server knows its check character, and whether there is such a coupon. */
export function isWholeCode(typed: string): boolean {
  const code = tidyCode(typed).replaceAll('-', '');
  return code.length === length && alphabet.test(code);
}
