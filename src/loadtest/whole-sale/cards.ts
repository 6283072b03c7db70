/** The sandbox's test cards, sorted by what somebody wants of them. */
import type { FirstCard } from './conduct.ts';
import { membersOf } from './told.ts';

export type TestCards = { readonly [Wanted in FirstCard]: readonly string[] };

const WANTED: ReadonlyMap<unknown, FirstCard> = new Map<unknown, FirstCard>([
  ['succeeds', 'good'],
  ['answers_twice', 'good'],
  ['declined', 'declined'],
  ['insufficient_funds', 'declined'],
  ['times_out_charged', 'late'],
  ['times_out_uncharged', 'late'],
  ['answers_late', 'late'],
]);

/** From the answer of `GET /v1/payment-methods`. Throws when there is no sandbox, or it lacks a kind of card. */
export function sortCards(answer: unknown): TestCards {
  const sandbox = listIn(answer, 'items').find(({ name }) => name === 'sandbox');
  const cards = { good: [] as string[], declined: [] as string[], late: [] as string[] };
  for (const { card, effect } of listIn(sandbox, 'testCards')) {
    const wanted = WANTED.get(effect);
    if (wanted !== undefined && typeof card === 'string') cards[wanted].push(card);
  }
  const missing = Object.entries(cards).flatMap(([wanted, theirs]) => (theirs.length === 0 ? [wanted] : []));
  if (missing.length > 0)
    throw new Error(
      `a whole sale is paid with the sandbox’s test cards, and GET /v1/payment-methods has none that is ${missing.join(', none that is ')}: start the server with sandbox among its PAYMENT_METHODS`,
    );
  return cards;
}

function listIn(value: unknown, name: string): Readonly<Record<string, unknown>>[] {
  const list = membersOf(value)[name];
  return Array.isArray(list) ? list.map(membersOf) : [];
}
