/** What a sale relies on in a way to pay, whatever becomes of the answers: see src/payments/method.ts. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/http/problem.ts';
import {
  type BookEntry,
  type Charged,
  DECLINE_REASONS,
  type Declined,
  type Order,
  PaymentInDoubt,
  type PaymentMethod,
} from '../../src/payments/method.ts';

/** What a buyer's page sends with the payment; the method reads the approval from it. */
export type Brought = Readonly<Record<string, unknown>>;

export interface PaymentMethodUnderTest {
  readonly method: PaymentMethod;
  /** A new order, of a buyer who could pay it. */
  order(amount: number): Promise<Order>;
  /** A buyer who agrees, and whose money is there. */
  approve(order: Order): Promise<Brought>;
  /** A buyer who agrees, and is refused. */
  refuse(order: Order): Promise<Brought>;
  /** A buyer who agrees; the answer to the next charge is lost, with the money taken or not. Leave it out where answers cannot be lost. */
  doubt?(order: Order, taken: boolean): Promise<Brought>;
  /** What the provider itself has written down, in all: the method is not asked. */
  books(order: Order): Promise<{ readonly charged: number; readonly refunded: number }>;
}

/** `open` is called for each test. */
export function paymentMethodContract(adapter: string, open: () => PaymentMethodUnderTest): void {
  describe(`contract: payment-method on ${adapter}`, () => {
    /** The approval goes through a database, as it may have to. */
    const charge = ({ method }: PaymentMethodUnderTest, order: Order, brought: Brought): Promise<Charged | Declined> =>
      method.charge(order, JSON.parse(JSON.stringify(method.readApproval(brought))));

    async function charged(test: PaymentMethodUnderTest, order: Order): Promise<Charged> {
      const answer = await charge(test, order, await test.approve(order));
      if (answer.state !== 'charged') throw new Error(`the charge was declined: ${answer.reason}`);
      return answer;
    }

    const AMOUNT = 12_900;

    it('takes the money, and its books say so', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      test.method.checkout(order);
      const answer = await charged(test, order);
      expect(answer.providerKey).not.toBe('');
      expect(answer.receiptUrl ?? 'https://').toMatch(/^https:\/\//);
      expect(await test.method.find(order)).toEqual(answer);
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: 0 });
    });

    it.each([100, 12_345, 9_999_999])('takes and gives back exactly %d', async (amount) => {
      const test = open();
      const order = await test.order(amount);
      const { providerKey } = await charged(test, order);
      expect(await test.books(order)).toEqual({ charged: amount, refunded: 0 });
      await test.method.refund(order, providerKey);
      expect(await test.books(order)).toEqual({ charged: amount, refunded: amount });
    });

    it('charges an order once, however often it is asked', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      const brought = await test.approve(order);
      const first = await charge(test, order, brought);
      expect(first.state).toBe('charged');
      expect(await charge(test, order, brought)).toEqual(first);
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: 0 });
    });

    it('charges an order once when it is asked many times at once', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      const brought = await test.approve(order);
      const answers = await Promise.allSettled(Array.from({ length: 6 }, () => charge(test, order, brought)));
      for (const answer of answers) {
        if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(PaymentInDoubt);
        else expect(answer.value.state).toBe('charged');
      }
      expect(await test.method.find(order)).toMatchObject({ state: 'charged' });
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: 0 });
    });

    it('takes nothing from a buyer who is refused, and says why', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      const answer = await charge(test, order, await test.refuse(order));
      expect(answer.state).toBe('declined');
      expect(DECLINE_REASONS).toContain((answer as Declined).reason);
      expect(['declined', 'unknown']).toContain((await test.method.find(order)).state);
      expect(await test.books(order)).toEqual({ charged: 0, refunded: 0 });
    });

    it('stays with its refusal', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      const brought = await test.refuse(order);
      await charge(test, order, brought);
      expect(await charge(test, order, brought)).toMatchObject({ state: 'declined' });
      expect(await test.books(order)).toEqual({ charged: 0, refunded: 0 });
    });

    it('knows nothing of an order that nobody has asked for', async () => {
      const test = open();
      expect(await test.method.find(await test.order(AMOUNT))).toEqual({ state: 'unknown' });
    });

    it('gives the money back, and its books say so', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      await test.method.refund(order, (await charged(test, order)).providerKey);
      expect(await test.method.find(order)).toEqual({ state: 'refunded' });
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: AMOUNT });
    });

    it('gives it back once, however often it is asked', async () => {
      const test = open();
      const order = await test.order(AMOUNT);
      const { providerKey } = await charged(test, order);
      const asked = await Promise.allSettled(Array.from({ length: 4 }, () => test.method.refund(order, providerKey)));
      for (const each of asked) {
        if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(PaymentInDoubt);
      }
      await test.method.refund(order, providerKey);
      await test.method.refund(order, providerKey);
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: AMOUNT });
    });

    it('keeps orders apart', async () => {
      const test = open();
      const [one, other] = [await test.order(AMOUNT), await test.order(AMOUNT)];
      const [{ providerKey }, answer] = [await charged(test, one), await charged(test, other)];
      expect(answer.providerKey).not.toBe(providerKey);
      await test.method.refund(one, providerKey);
      expect(await test.method.find(other)).toEqual(answer);
      expect(await test.books(other)).toEqual({ charged: AMOUNT, refunded: 0 });
    });

    it('finds money that was taken without an answer, and can give it back', async ({ skip }) => {
      const test = open();
      if (!test.doubt) return skip('its answers cannot be lost');
      const order = await test.order(AMOUNT);
      const brought = await test.doubt(order, true);
      await expect(charge(test, order, brought)).rejects.toThrow(PaymentInDoubt);
      const entry = await test.method.find(order);
      expect(entry.state).toBe('charged');
      await repeat(test, order, brought, entry);
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: 0 });
      await test.method.refund(order, (entry as Charged).providerKey);
      expect(await test.books(order)).toEqual({ charged: AMOUNT, refunded: AMOUNT });
    });

    it('finds no money that was not taken', async ({ skip }) => {
      const test = open();
      if (!test.doubt) return skip('its answers cannot be lost');
      const order = await test.order(AMOUNT);
      await expect(charge(test, order, await test.doubt(order, false))).rejects.toThrow(PaymentInDoubt);
      expect(['unknown', 'declined']).toContain((await test.method.find(order)).state);
      expect(await test.books(order)).toEqual({ charged: 0, refunded: 0 });
    });

    it.each(['', 'rubbish', '{', '[]', 'null', '"order"', '{}'])('makes no order out of the notice %j', (body) => {
      const { method } = open();
      try {
        expect(method.readNotice({}, body)).toBeUndefined();
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect(['invalid_request', 'forbidden']).toContain((error as Problem).code);
      }
    });

    /** A charge that is repeated after one in doubt may be in doubt again; it is never told otherwise than the books have it. */
    async function repeat(
      test: PaymentMethodUnderTest,
      order: Order,
      brought: Brought,
      entry: BookEntry,
    ): Promise<void> {
      const [again] = await Promise.allSettled([charge(test, order, brought)]);
      if (again?.status === 'rejected') expect(again.reason).toBeInstanceOf(PaymentInDoubt);
      else expect(again?.value).toEqual(entry);
    }
  });
}
