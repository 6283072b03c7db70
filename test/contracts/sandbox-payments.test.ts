/** The sandbox, and what its cards do. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PgliteDatabase } from '../../src/adapters/pglite-database.ts';
import { SandboxPaymentMethod, TEST_CARDS, type TestCardEffect } from '../../src/adapters/sandbox-payment-method.ts';
import { type Order, PaymentInDoubt } from '../../src/payments/method.ts';
import { openEmbedded } from '../servers/embedded.ts';
import { paymentMethodContract } from './payment-method-contract.ts';

describe('the sandbox', () => {
  let database: PgliteDatabase;
  let notices: string[] = [];

  beforeAll(async () => {
    database = await openEmbedded();
  });
  afterAll(() => database.close());
  beforeEach(() => {
    notices = [];
  });

  const open = (times: { answerWithinMs?: number; lateByMs?: number } = {}): SandboxPaymentMethod =>
    new SandboxPaymentMethod({
      ...{ database, answerWithinMs: 20, lateByMs: 30, onNotice: (orderId) => notices.push(orderId) },
      ...times,
    });

  const newOrder = (amount = 1_000): Order => ({
    ...{ id: randomUUID(), userId: '7', title: 'A kettle', currency: 'KRW' },
    amount,
  });

  async function books({ id }: Order): Promise<{ charged: number; refunded: number }> {
    const [row] = await database.query<{ amount: string; refunded: boolean }>(
      'select amount, refunded_at is not null as refunded from sandbox_charges where order_id = $1',
      [id],
    );
    return { charged: Number(row?.amount ?? 0), refunded: row?.refunded ? Number(row.amount) : 0 };
  }

  paymentMethodContract('sandbox', () => ({
    method: open(),
    order: async (amount) => newOrder(amount),
    approve: async () => cardThat('succeeds'),
    refuse: async () => cardThat('declined'),
    doubt: async (_order, taken) => cardThat(taken ? 'times_out_charged' : 'times_out_uncharged'),
    books,
  }));

  it('has a card for each effect, however it is typed', async () => {
    for (const { card } of TEST_CARDS) {
      const digits = card.replaceAll(' ', '');
      for (const typed of [card, digits, card.replaceAll(' ', '-')]) {
        expect(open().readApproval({ card: typed })).toEqual({ card: digits });
      }
    }
    expect(new Set(TEST_CARDS.map(({ card }) => card)).size).toBe(TEST_CARDS.length);
  });

  it.each([{}, { card: 4242424242424242 }, { card: '' }, { card: '4111 1111 1111 1111' }])('takes no %j', (brought) => {
    expect(() => open().readApproval(brought)).toThrow(/^card must be one of the test cards/);
  });

  it('refuses for want of money, too', async () => {
    expect(await open().charge(newOrder(), approvalOf('insufficient_funds'))).toEqual({
      state: 'declined',
      reason: 'insufficient_funds',
    });
  });

  it('answers twice: says so, and sends two notices', async () => {
    const order = newOrder();
    expect(await open().charge(order, approvalOf('answers_twice'))).toMatchObject({ state: 'charged' });
    await expect.poll(() => notices).toEqual([order.id, order.id]);
    expect(await books(order)).toEqual({ charged: 1_000, refunded: 0 });
  });

  it('answers late: takes the money when nobody waits any more, and sends a notice', async () => {
    const [order, method] = [newOrder(), open()];
    await expect(method.charge(order, approvalOf('answers_late'))).rejects.toThrow(PaymentInDoubt);
    expect(await method.find(order)).toEqual({ state: 'unknown' });
    await expect.poll(() => notices).toEqual([order.id]);
    expect(await method.find(order)).toMatchObject({ state: 'charged' });
  });

  it('keeps its books when it is started again', async () => {
    const order = newOrder();
    const charge = await open().charge(order, approvalOf('succeeds'));
    expect(await open().find(order)).toEqual(charge);
  });

  it('tells of the order that a notice names', () => {
    expect(open().readNotice({}, JSON.stringify({ orderId: 'order-1' }))).toBe('order-1');
  });
});

function cardThat(effect: TestCardEffect): { card: string } {
  const card = TEST_CARDS.find((each) => each.effect === effect)?.card;
  if (card === undefined) throw new Error(`no card ${effect}`);
  return { card };
}

function approvalOf(effect: TestCardEffect): { card: string } {
  return { card: cardThat(effect).card.replaceAll(' ', '') };
}
