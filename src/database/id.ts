/** Ids are the database's `bigint`s, as text: JSON and JavaScript have no whole numbers of that size. */
export const ID_PATTERN = '^[1-9]\\d{0,17}$';

const ID = new RegExp(ID_PATTERN);

/** Whether the text can be an id at all: what cannot is nobody's, and not worth a query. */
export function isId(text: string): boolean {
  return ID.test(text);
}
