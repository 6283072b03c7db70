import { describe, expect, it } from 'vitest';
import { sortCards } from './cards.ts';

const sandbox = {
  name: 'sandbox',
  testCards: [
    { card: '1', effect: 'succeeds' },
    { card: '2', effect: 'answers_twice' },
    { card: '3', effect: 'declined' },
    { card: '4', effect: 'answers_late' },
    { card: '5', effect: 'sings' },
  ],
};

describe('test cards', () => {
  it('are sorted by what becomes of a payment; those that nobody knows are left out', () => {
    const answer = { items: [{ name: 'points' }, sandbox] };
    expect(sortCards(answer)).toEqual({ good: ['1', '2'], declined: ['3'], late: ['4'] });
  });

  it.each([
    ['no sandbox', { items: [{ name: 'toss' }] }, 'none that is good, none that is declined, none that is late'],
    ['no late card', { items: [{ ...sandbox, testCards: sandbox.testCards.slice(0, 3) }] }, 'none that is late'],
    ['rubbish', 'rubbish', 'PAYMENT_METHODS'],
  ])('are missed with %s, and the remedy is told', (_what, answer, message) => {
    expect(() => sortCards(answer)).toThrow(message);
  });
});
