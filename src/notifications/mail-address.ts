/** Email addresses, as far as we must look into them: what is in quotes, has comments or several addresses in one is none of ours. */

export interface MailAddress {
  /** Empty: none. */
  readonly name: string;
  readonly address: string;
}

/** Excludes all that means something in a header: a letter goes to one address, and a line has no end in the middle. */
const ADDRESS = /^[^\p{C}\s"(),.:;<>@[\\\]]+(\.[^\p{C}\s"(),.:;<>@[\\\]]+)*@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*$/u;
/** The longest that SMTP carries. */
const LENGTH_MAX = 254;
const NAME = /^[^\p{C}"<>\\]{1,100}$/u;

export function isMailAddress(text: string): boolean {
  return text.length <= LENGTH_MAX && ADDRESS.test(text);
}

/** `name@host` or `Name <name@host>`. */
export function readMailAddress(text: string): MailAddress | undefined {
  const [, name = '', address = text] = /^(.*\S)?\s*<([^<>]*)>$/u.exec(text) ?? [];
  if (!isMailAddress(address) || (name !== '' && !NAME.test(name))) return undefined;
  return { name, address };
}
