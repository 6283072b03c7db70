/** Toss Payments, on a server that speaks its documents: see test/servers/toss.ts. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TossPaymentMethod, type TossPaymentMethodOptions } from '../../src/adapters/toss-payment-method.ts';
import { Problem } from '../../src/http/problem.ts';
import { type Approval, type Order, PaymentInDoubt } from '../../src/payments/method.ts';
import { type Fault, noticeHeaders, TEST_KEYS, type TossError, TossServer } from '../servers/toss.ts';
import { paymentMethodContract } from './payment-method-contract.ts';

const AMOUNT = 15_000;
/** On a noisy machine a request must still arrive before its sender gives up on it. */
const IMPATIENT_MS = 800;
const LATE_MS = 1_000;

describe('Toss Payments', () => {
  let toss: TossServer;

  beforeAll(async () => {
    toss = await TossServer.start();
  });
  afterAll(() => toss.stop());
  afterEach(() => vi.useRealTimers());

  function newMethod(options: Partial<TossPaymentMethodOptions> = {}): TossPaymentMethod {
    return new TossPaymentMethod({ ...TEST_KEYS, url: toss.url, timeoutMs: 5_000, ...options });
  }

  function newOrder(amount = AMOUNT): Order {
    return { id: randomUUID(), userId: '7', title: 'A kettle', amount, currency: 'KRW' };
  }

  paymentMethodContract('toss', () => ({
    method: newMethod(),
    order: async (amount) => newOrder(amount),
    approve: async ({ id, amount }) => ({ paymentKey: toss.authorize(id, amount), amount: String(amount) }),
    refuse: async ({ id, amount }) => {
      toss.script('confirm', id, { refuse: 'REJECT_CARD_COMPANY' });
      return { paymentKey: toss.authorize(id, amount) };
    },
    doubt: async ({ id, amount }, taken) => {
      toss.script('confirm', id, taken ? 'drop_after' : 'drop_before');
      return { paymentKey: toss.authorize(id, amount) };
    },
    books: async ({ id }) => {
      const { charged, refunded } = toss.books(id);
      return { charged, refunded };
    },
  }));

  describe('what the page is told and brings', () => {
    it('asks the window for our order, and for a card', () => {
      const order = newOrder();
      expect(newMethod().checkout(order)).toEqual({
        clientKey: TEST_KEYS.clientKey,
        method: 'CARD',
        orderId: order.id,
        orderName: 'A kettle',
        amount: AMOUNT,
        currency: 'KRW',
      });
    });

    it('shortens a title to the 100 characters that Toss takes', () => {
      const { orderName } = newMethod().checkout({ ...newOrder(), title: `${'x'.repeat(99)}🫖 and more` });
      expect(orderName).toHaveLength(100);
      expect(String(orderName).isWellFormed()).toBe(true);
    });

    it.each([
      ['a short id', { id: 'short' }],
      ['an id with a slash', { id: '../../cancel' }],
      ['dollars', { currency: 'USD' }],
      ['half a won', { amount: 0.5 }],
      ['nothing', { amount: 0 }],
    ])('takes no order with %s', async (_, wrong) => {
      const [method, order] = [newMethod(), { ...newOrder(), ...wrong }];
      expect(() => method.checkout(order)).toThrow(Error);
      await expect(method.charge(order, { paymentKey: 'key' })).rejects.not.toBeInstanceOf(PaymentInDoubt);
      expect(toss.calls).not.toContain(`confirm ${order.id}`);
    });

    it.each([
      [{ paymentKey: 'key' }, { paymentKey: 'key' }],
      [{ paymentKey: 'key', orderId: 'theirs', paymentType: 'NORMAL' }, { paymentKey: 'key' }],
      [
        { paymentKey: 'key', amount: 15_000 },
        { paymentKey: 'key', amount: '15000' },
      ],
      [
        { paymentKey: 'key', amount: '15000' },
        { paymentKey: 'key', amount: '15000' },
      ],
      [{}, 'paymentKey'],
      [{ paymentKey: 5 }, 'paymentKey'],
      [{ paymentKey: '' }, 'paymentKey'],
      [{ paymentKey: 'x'.repeat(201) }, 'paymentKey'],
      [{ paymentKey: 'two words' }, 'paymentKey'],
      [{ paymentKey: 'key', amount: 0 }, 'amount'],
      [{ paymentKey: 'key', amount: '1e3' }, 'amount'],
      [{ paymentKey: 'key', amount: null }, 'amount'],
    ])('reads %j', (brought, read) => {
      const method = newMethod();
      if (typeof read === 'object') expect(method.readApproval(brought)).toEqual(read);
      else expect(problemOf(() => method.readApproval(brought))).toEqual(['invalid_request', read]);
    });

    it('does not ask Toss when the page brought another amount', async () => {
      const order = newOrder();
      const approval = { paymentKey: toss.authorize(order.id, 1), amount: '1' };
      await expect(newMethod().charge(order, approval)).rejects.toThrow(/another amount/);
      expect(toss.calls).not.toContain(`confirm ${order.id}`);
    });

    it('takes nothing when the window was opened for another amount', async () => {
      const order = newOrder();
      await expect(newMethod().charge(order, { paymentKey: toss.authorize(order.id, 1) })).rejects.toThrow(
        PaymentInDoubt,
      );
      expect(await newMethod().find(order)).toEqual({ state: 'unknown' });
      toss.advance(11 * 60_000);
      expect(await newMethod().find(order)).toEqual({ state: 'declined', reason: 'approval_expired' });
      expect(toss.books(order.id).charged).toBe(0);
    });
  });

  describe('the answers to a charge', () => {
    it.each<[TossError, string]>([
      ['REJECT_CARD_COMPANY', 'card_declined'],
      ['INVALID_REJECT_CARD', 'card_declined'],
      ['INVALID_STOPPED_CARD', 'card_declined'],
      ['INVALID_CARD_LOST_OR_STOLEN', 'card_declined'],
      ['INVALID_CARD_NUMBER', 'card_declined'],
      ['INVALID_CARD_EXPIRATION', 'card_declined'],
      ['INVALID_CARD_INSTALLMENT_PLAN', 'card_declined'],
      ['EXCEED_MAX_CARD_INSTALLMENT_PLAN', 'card_declined'],
      ['NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT', 'card_declined'],
      ['NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN', 'card_declined'],
      ['NOT_ALLOWED_POINT_USE', 'card_declined'],
      ['REJECT_CARD_PAYMENT', 'insufficient_funds'],
      ['REJECT_ACCOUNT_PAYMENT', 'insufficient_funds'],
      ['EXCEED_MAX_AMOUNT', 'insufficient_funds'],
      ['EXCEED_MAX_PAYMENT_AMOUNT', 'insufficient_funds'],
      ['EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT', 'insufficient_funds'],
      ['EXCEED_MAX_ONE_DAY_AMOUNT', 'insufficient_funds'],
      ['EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT', 'insufficient_funds'],
      ['EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT', 'insufficient_funds'],
      ['INVALID_PASSWORD', 'approval_invalid'],
      ['EXCEED_MAX_AUTH_COUNT', 'approval_invalid'],
      ['EXCEED_MAX_DAILY_PAYMENT_COUNT', 'provider_refused'],
      ['BELOW_MINIMUM_AMOUNT', 'provider_refused'],
      ['RESTRICTED_TRANSFER_ACCOUNT', 'provider_refused'],
      ['INVALID_ACCOUNT_INFO_RE_REGISTER', 'provider_refused'],
      ['REJECT_TOSSPAY_INVALID_ACCOUNT', 'provider_refused'],
      ['NOT_AVAILABLE_PAYMENT', 'provider_refused'],
      ['NOT_AVAILABLE_BANK', 'provider_refused'],
      ['FDS_ERROR', 'provider_refused'],
    ])('%s  ->  %s, and the books agree', async (code, reason) => {
      const { order, approval } = scripted({ refuse: code });
      const declined = { state: 'declined', reason };
      expect(await newMethod().charge(order, approval)).toEqual(declined);
      expect(await newMethod().find(order)).toEqual(declined);
    });

    it.each<[TossError, RegExp]>([
      ['PROVIDER_ERROR', /400 PROVIDER_ERROR$/],
      ['CARD_PROCESSING_ERROR', /CARD_PROCESSING_ERROR$/],
      ['INVALID_REQUEST', /INVALID_REQUEST$/],
      ['INVALID_AUTHORIZE_AUTH', /INVALID_AUTHORIZE_AUTH$/],
      ['UNAPPROVED_ORDER_ID', /UNAPPROVED_ORDER_ID$/],
      ['NOT_FOUND_TERMINAL_ID', /NOT_FOUND_TERMINAL_ID$/],
      ['INVALID_UNREGISTERED_SUBMALL', /INVALID_UNREGISTERED_SUBMALL$/],
      ['NOT_REGISTERED_BUSINESS', /NOT_REGISTERED_BUSINESS$/],
      ['IDEMPOTENT_REQUEST_PROCESSING', /409 IDEMPOTENT_REQUEST_PROCESSING$/],
      ['FORBIDDEN_CONSECUTIVE_REQUEST', /FORBIDDEN_CONSECUTIVE_REQUEST$/],
      ['FAILED_INTERNAL_SYSTEM_PROCESSING', /500 FAILED_INTERNAL_SYSTEM_PROCESSING$/],
      ['FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING', /500/],
      ['UNKNOWN_PAYMENT_ERROR', /500 UNKNOWN_PAYMENT_ERROR$/],
      ['UNAUTHORIZED_KEY', /check TOSS_SECRET_KEY/],
      ['INCORRECT_BASIC_AUTH_FORMAT', /check TOSS_SECRET_KEY/],
      ['INVALID_API_KEY', /TOSS_SECRET_KEY and TOSS_CLIENT_KEY/],
      ['FORBIDDEN_REQUEST', /TOSS_SECRET_KEY and TOSS_CLIENT_KEY/],
    ])('%s  ->  in doubt', async (code, message) => {
      const { order, approval } = scripted({ say: code });
      const error = await newMethod()
        .charge(order, approval)
        .catch((reason) => reason);
      expect(error).toBeInstanceOf(PaymentInDoubt);
      expect(error.message).toMatch(message);
      expect(await newMethod().find(order)).toEqual({ state: 'unknown' });
    });

    it.each<[string, (payment: Record<string, unknown>) => unknown]>([
      ['of another order', (payment) => ({ ...payment, orderId: randomUUID() })],
      ['with the amount as text', (payment) => ({ ...payment, totalAmount: String(AMOUNT) })],
      ['without a key', ({ paymentKey: _, ...payment }) => payment],
      ['in a state of its own', (payment) => ({ ...payment, status: 'toString' })],
      ['that is still in progress', (payment) => ({ ...payment, status: 'IN_PROGRESS' })],
      ['that went back', (payment) => ({ ...payment, status: 'CANCELED', balanceAmount: 0 })],
      ['cancelled with something left', (payment) => ({ ...payment, status: 'CANCELED' })],
      ['that is no document', () => 'charged'],
      ['that is a list', (payment) => [payment]],
      ['that never ends', (payment) => ({ ...payment, more: 'x'.repeat(300_000) })],
    ])('an answer %s is no charge', async (_, answer) => {
      const { order, approval } = scripted({ answer });
      await expect(newMethod().charge(order, approval)).rejects.toThrow(PaymentInDoubt);
      // Whatever it said: the books have it right.
      expect(await newMethod().find(order)).toMatchObject({ state: 'charged' });
    });

    it.each<[string, Record<string, unknown>, object]>([
      ['over less', { totalAmount: AMOUNT - 1 }, { amount: AMOUNT - 1, currency: 'KRW' }],
      ['over more', { totalAmount: AMOUNT + 1 }, { amount: AMOUNT + 1, currency: 'KRW' }],
      ['in another currency', { currency: 'USD' }, { amount: AMOUNT, currency: 'USD' }],
    ])('an answer %s is a charge that says what was taken, to be given back', async (_, change, taken) => {
      const { order, approval } = scripted({ answer: (payment) => ({ ...payment, ...change }) });
      expect(await newMethod().charge(order, approval)).toMatchObject({ state: 'charged', taken });
    });

    it.each<[string, Fault]>([
      ['500 after the money was taken', 'fail_after'],
      ['a web page instead of an answer', 'rubbish'],
      ['an answer that comes too late', { delayMs: LATE_MS }],
      ['a connection that breaks', 'drop_after'],
    ])('%s  ->  in doubt, until the books are asked', async (_, fault) => {
      const { order, approval } = scripted(fault);
      await expect(newMethod({ timeoutMs: IMPATIENT_MS }).charge(order, approval)).rejects.toThrow(PaymentInDoubt);
      expect(await newMethod().find(order)).toMatchObject({ state: 'charged', providerKey: approval['paymentKey'] });
      expect(toss.books(order.id)).toMatchObject({ charged: AMOUNT, charges: 1 });
    });

    it('an answer that comes twice is one charge, and the next is understood, too', async () => {
      const { order, approval } = scripted('twice');
      expect(await newMethod().charge(order, approval)).toMatchObject({ state: 'charged' });
      expect(await newMethod().find(order)).toMatchObject({ state: 'charged' });
      expect(toss.books(order.id).charges).toBe(1);
    });

    it('is in doubt while Toss is still at it, and then as Toss decided', async () => {
      const { order, approval } = scripted({ delayMs: 600 });
      const first = newMethod().charge(order, approval);
      await expect.poll(() => toss.calls).toContain(`confirm ${order.id}`);
      await expect(newMethod().charge(order, approval)).rejects.toThrow(/409 IDEMPOTENT_REQUEST_PROCESSING/);
      expect(await first).toMatchObject({ state: 'charged' });
      expect(await newMethod().charge(order, approval)).toEqual(await first);
      expect(toss.books(order.id).charges).toBe(1);
    });

    it('is in doubt where nobody listens, and says so of the books, too', async () => {
      const { order, approval } = scripted();
      const nowhere = newMethod({ url: await unusedUrl() });
      await expect(nowhere.charge(order, approval)).rejects.toThrow(/ECONNREFUSED/);
      await expect(nowhere.find(order)).rejects.toThrow(PaymentInDoubt);
      await expect(nowhere.refund(order, 'key')).rejects.toThrow(PaymentInDoubt);
    });

    it('follows no redirect', async () => {
      const addresses: (string | undefined)[] = [];
      const elsewhere = createServer(({ url }, response) => {
        addresses.push(url);
        response.writeHead(307, { location: '/elsewhere' }).end();
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      const { order, approval } = scripted();
      const method = newMethod({ url: `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}` });
      await expect(method.charge(order, approval)).rejects.toThrow(PaymentInDoubt);
      expect(addresses).toEqual(['/v1/payments/confirm']);
      elsewhere.close();
      elsewhere.closeAllConnections();
    });

    it('is in doubt when Toss has a fault, whatever it calls it', async () => {
      const { order, approval } = scripted({ say: 'REJECT_CARD_COMPANY', status: 500 });
      await expect(newMethod().charge(order, approval)).rejects.toThrow(/500 REJECT_CARD_COMPANY$/);
    });
  });

  describe('approvals that are gone', () => {
    it('an approval is good for ten minutes', async () => {
      const { order, approval } = scripted();
      toss.advance(10 * 60_000);
      expect(await newMethod().charge(order, approval)).toEqual({ state: 'declined', reason: 'approval_expired' });
      expect(await newMethod().find(order)).toEqual({ state: 'declined', reason: 'approval_expired' });
    });

    it('a payment key that Toss never gave is refused', async () => {
      const order = newOrder();
      const invalid = { state: 'declined', reason: 'approval_invalid' };
      expect(await newMethod().charge(order, { paymentKey: 'invented' })).toEqual(invalid);
    });

    it('an opened window is no approval yet', async () => {
      const order = newOrder();
      const paymentKey = toss.authorize(order.id, AMOUNT, { how: 'opened' });
      await expect(newMethod().charge(order, { paymentKey })).rejects.toThrow(PaymentInDoubt);
      expect(await newMethod().find(order)).toEqual({ state: 'unknown' });
      toss.advance(30 * 60_000);
      expect(await newMethod().find(order)).toEqual({ state: 'declined', reason: 'approval_expired' });
    });

    it.each<TossError>(['ALREADY_PROCESSED_PAYMENT', 'NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT'])(
      '%s for a payment that was made  ->  charged, as the books have it',
      async (code) => {
        const { order, approval } = scripted({ answer: () => ({}) });
        await expect(newMethod().charge(order, approval)).rejects.toThrow(PaymentInDoubt);
        // Another key, as after its 15 days: the stored answer is gone.
        toss.forgetAnswers();
        toss.script('confirm', order.id, { say: code });
        expect(await newMethod().charge(order, approval)).toMatchObject({ state: 'charged' });
        expect(toss.books(order.id).charges).toBe(1);
      },
    );

    it.each<TossError>(['ALREADY_PROCESSED_PAYMENT', 'NOT_FOUND_PAYMENT_SESSION', 'NOT_FOUND_PAYMENT'])(
      '%s, and the books cannot be read  ->  in doubt',
      async (code) => {
        const { order, approval } = scripted({ say: code });
        toss.script('find', order.id, 'drop_before');
        await expect(newMethod().charge(order, approval)).rejects.toThrow(PaymentInDoubt);
      },
    );

    it('the payment key of somebody else’s order buys nothing', async () => {
      const { order, approval } = scripted();
      await newMethod().charge(order, approval);
      const thief = newOrder();
      await expect(newMethod().charge(thief, approval)).rejects.toThrow(PaymentInDoubt);
      expect(await newMethod().find(thief)).toEqual({ state: 'unknown' });
    });

    it('a second approval for an order takes no second payment', async () => {
      const { order, approval } = scripted();
      const first = await newMethod().charge(order, approval);
      const second = { paymentKey: toss.authorize(order.id, AMOUNT) };
      expect(await newMethod().charge(order, second)).toEqual(first);
      expect(toss.books(order.id)).toMatchObject({ charged: AMOUNT, charges: 1 });
    });

    it('a virtual account is closed at once, before anybody pays into it', async () => {
      const order = newOrder();
      const paymentKey = toss.authorize(order.id, AMOUNT, { how: 'virtual_account' });
      const refused = { state: 'declined', reason: 'provider_refused' };
      expect(await newMethod().charge(order, { paymentKey })).toEqual(refused);
      toss.deposit(paymentKey);
      expect(toss.books(order.id).charged).toBe(0);
    });

    it('a virtual account that cannot be closed leaves the order in doubt', async () => {
      const order = newOrder();
      const paymentKey = toss.authorize(order.id, AMOUNT, { how: 'virtual_account' });
      toss.script('cancel', order.id, { say: 'COMMON_ERROR' });
      await expect(newMethod().charge(order, { paymentKey })).rejects.toThrow(PaymentInDoubt);
      expect(await newMethod().find(order)).toEqual({ state: 'unknown' });
    });
  });

  describe('the books', () => {
    it('another amount in them is a charge that says what was taken', async () => {
      const { order, approval } = scripted();
      await newMethod().charge(order, approval);
      toss.script('find', order.id, { answer: (payment) => ({ ...payment, totalAmount: 1 }) });
      expect(await newMethod().find(order)).toMatchObject({
        ...{ state: 'charged', taken: { amount: 1, currency: 'KRW' } },
      });
    });

    it.each<[Fault, RegExp]>([
      [{ say: 'UNAUTHORIZED_KEY' }, /check TOSS_SECRET_KEY/],
      [{ say: 'FORBIDDEN_CONSECUTIVE_REQUEST' }, /403 FORBIDDEN_CONSECUTIVE_REQUEST$/],
      [{ say: 'NOT_FOUND' }, /404 NOT_FOUND$/],
      [{ say: 'FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING' }, /500/],
      ['rubbish', /check TOSS_URL/],
      ['drop_before', /did not answer/],
    ])('%j  ->  cannot be read', async (fault, message) => {
      const order = newOrder();
      toss.script('find', order.id, fault);
      await expect(newMethod().find(order)).rejects.toThrow(message);
    });

    it('what went back in part is charged; the rest can go back, too', async () => {
      const { order, approval } = scripted();
      await newMethod().charge(order, approval);
      const paymentKey = String(approval['paymentKey']);
      toss.giveBack(paymentKey, 4_000);
      expect(await newMethod().find(order)).toMatchObject({ state: 'charged', providerKey: paymentKey });
      await newMethod().refund(order, paymentKey);
      expect(await newMethod().find(order)).toEqual({ state: 'refunded' });
      expect(toss.books(order.id)).toEqual({ charged: AMOUNT, refunded: AMOUNT, charges: 1, refunds: 2 });
    });
  });

  describe('refunds', () => {
    async function paid(): Promise<{ order: Order; paymentKey: string }> {
      const { order, approval } = scripted();
      await newMethod().charge(order, approval);
      return { order, paymentKey: String(approval['paymentKey']) };
    }

    /** Somebody in Toss's console, just after we have read the books. */
    function crossWith(order: Order, paymentKey: string, amount: number): void {
      const answer = (payment: object) => {
        toss.giveBack(paymentKey, amount);
        return payment;
      };
      toss.script('find', order.id, { answer });
    }

    it.each<Fault>(['drop_after', 'fail_after', 'rubbish', { delayMs: LATE_MS }])(
      'that happened without an answer (%j) are found by the next',
      async (fault) => {
        const { order, paymentKey } = await paid();
        toss.script('cancel', order.id, fault);
        const [first] = await Promise.allSettled([newMethod({ timeoutMs: IMPATIENT_MS }).refund(order, paymentKey)]);
        if (first?.status === 'rejected') expect(first.reason).toBeInstanceOf(PaymentInDoubt);
        await newMethod().refund(order, paymentKey);
        expect(toss.books(order.id)).toMatchObject({ refunded: AMOUNT, refunds: 1 });
      },
    );

    it('that were made by hand meanwhile are done', async () => {
      const { order, paymentKey } = await paid();
      crossWith(order, paymentKey, AMOUNT);
      await newMethod().refund(order, paymentKey);
      expect(toss.books(order.id)).toMatchObject({ refunded: AMOUNT, refunds: 1 });
    });

    it('that cross with a part given back by hand wait until it is clear how much is left', async () => {
      const { order, paymentKey } = await paid();
      crossWith(order, paymentKey, 4_000);
      await expect(newMethod().refund(order, paymentKey)).rejects.toThrow(/NOT_MATCHES_REFUNDABLE_AMOUNT/);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 });
      await newMethod().refund(order, paymentKey);
      expect(toss.books(order.id)).toMatchObject({ refunded: AMOUNT, refunds: 2 });
    });

    it('that a closed bank refused are possible later, though Toss plays its refusal back', async () => {
      const { order, paymentKey } = await paid();
      toss.script('cancel', order.id, { say: 'NOT_AVAILABLE_BANK' });
      vi.useFakeTimers({ toFake: ['Date'] });
      await expect(newMethod().refund(order, paymentKey)).rejects.toThrow(/403 NOT_AVAILABLE_BANK/);
      await expect(newMethod().refund(order, paymentKey)).rejects.toThrow(PaymentInDoubt);
      vi.setSystemTime(Date.now() + 10 * 60_000);
      await newMethod().refund(order, paymentKey);
      expect(toss.books(order.id)).toMatchObject({ refunded: AMOUNT, refunds: 1 });
    });

    it('are not asked for again when they are in the books', async () => {
      const { order, paymentKey } = await paid();
      await newMethod().refund(order, paymentKey);
      await newMethod().refund(order, paymentKey);
      expect(toss.calls.filter((call) => call === `cancel ${order.id}`)).toHaveLength(1);
    });

    it('are in doubt when Toss agrees, and something is left all the same', async () => {
      const { order, paymentKey } = await paid();
      toss.script('cancel', order.id, { answer: (payment) => ({ ...payment, balanceAmount: 1 }) });
      await expect(newMethod().refund(order, paymentKey)).rejects.toThrow(/answered 200$/);
    });

    it('say which setting is wrong', async () => {
      const { order, paymentKey } = await paid();
      await expect(newMethod({ secretKey: 'test_sk_another' }).refund(order, paymentKey)).rejects.toThrow(
        /TOSS_SECRET_KEY/,
      );
    });

    it('never touch another order’s payment', async () => {
      const { order, paymentKey } = await paid();
      await expect(newMethod().refund(newOrder(), paymentKey)).rejects.toThrow(/another order/);
      expect(toss.books(order.id).refunded).toBe(0);
    });
  });

  describe('notices', () => {
    const payment = (orderId: unknown) =>
      JSON.stringify({
        eventType: 'PAYMENT_STATUS_CHANGED',
        createdAt: '2026-10-05T12:00:00.000000',
        data: { orderId },
      });
    const payout = JSON.stringify({
      eventType: 'payout.changed',
      eventId: 'event-1',
      entityBody: { status: 'COMPLETED' },
    });
    const signed = (body: string, key: string = TEST_KEYS.webhookKey) => noticeHeaders(body, Date.now(), key);

    it.each<[string, string, string | undefined]>([
      ['of a payment', payment('order-1'), 'order-1'],
      ['of a deposit', JSON.stringify({ secret: 's', status: 'DONE', orderId: 'order-2' }), 'order-2'],
      ['of a payout', payout, undefined],
      ['of a cancellation abroad', JSON.stringify({ eventType: 'CANCEL_STATUS_CHANGED', data: {} }), undefined],
      ['of what we never heard of', JSON.stringify({ eventType: 'LUNCH', data: { orderId: 'order-1' } }), undefined],
    ])('%s', (_, body, orderId) => {
      expect(newMethod().readNotice(signed(body), body)).toBe(orderId);
      expect(newMethod({ webhookKey: null }).readNotice({}, body)).toBe(orderId);
    });

    it('of a payment come without a signature', () => {
      const body = payment('order-1');
      expect(newMethod().readNotice(noticeHeaders(body, Date.now()), body)).toBe('order-1');
    });

    it.each([
      ['without data', JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED' })],
      ['without an order', payment(undefined)],
      ['of an order with no id of ours', payment('../orders')],
      ['of a number', payment(5)],
    ])('%s are malformed', (_, body) => {
      expect(problemOf(() => newMethod().readNotice({}, body))).toEqual(['invalid_request', 'orderId']);
    });

    it('with a wrong signature are not Toss’s, of whatever they tell', () => {
      for (const body of [payout, payment('order-1')]) {
        expect(problemOf(() => newMethod().readNotice(signed(body, 'another key'), body))).toEqual([
          'forbidden',
          undefined,
        ]);
        expect(problemOf(() => newMethod().readNotice(signed(body), `${body} `))).toEqual(['forbidden', undefined]);
        const later = { ...signed(body), 'tosspayments-webhook-transmission-time': '2030-01-01T00:00:00+09:00' };
        expect(problemOf(() => newMethod().readNotice(later, body))).toEqual(['forbidden', undefined]);
      }
    });

    it.each(['', 'v1:', 'v1:AAAA', 'v2:whatever', ',,,'])('with the signature %j are not Toss’s', (signature) => {
      const headers = { ...signed(payout), 'tosspayments-webhook-signature': signature };
      expect(problemOf(() => newMethod().readNotice(headers, payout))).toEqual(['forbidden', undefined]);
    });

    it('that must be signed, and are not, are not Toss’s', () => {
      expect(problemOf(() => newMethod().readNotice({}, payout))).toEqual(['forbidden', undefined]);
    });

    it('are understood whether the key’s text signs or the bytes that it stands for', () => {
      const bytes = Buffer.from(TEST_KEYS.webhookKey, 'hex');
      expect(newMethod().readNotice(noticeHeaders(payout, Date.now(), bytes), payout)).toBeUndefined();
    });

    it('of four days ago are a reason to ask the books, like any other', () => {
      const body = payment('order-1');
      const headers = noticeHeaders(body, Date.now() - 4 * 86_400_000, TEST_KEYS.webhookKey);
      expect(newMethod().readNotice(headers, body)).toBe('order-1');
      expect(newMethod().readNotice(headers, body)).toBe('order-1');
    });

    it('arrive late, again, and twice', async () => {
      const heard: (string | undefined)[] = [];
      const shop = createServer(async (request, response) => {
        const body = await text(request);
        heard.push(newMethod().readNotice(request.headers as Record<string, string>, body));
        response.writeHead(heard.length === 1 ? 503 : 200).end();
      });
      await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
      const { order, approval } = scripted();
      toss.notices = { url, times: 2, afterMs: 20, retryAfterMs: [20] };
      await newMethod().charge(order, approval);
      toss.notices = null;
      await expect.poll(() => heard).toEqual([order.id, order.id, order.id]);
      await expect.poll(() => toss.noticeAnswers.toSorted()).toEqual([200, 200, 503]);
      shop.close();
      shop.closeAllConnections();
    });
  });

  it('keeps its secrets to itself', async () => {
    const secrets = [
      'aVeryPrivateKey',
      Buffer.from(`${TEST_KEYS.secretKey}:`).toString('base64'),
      TEST_KEYS.webhookKey,
    ];
    const [bad, method, unreachable] = [
      newMethod({ secretKey: `${TEST_KEYS.secretKey}x` }),
      newMethod({ timeoutMs: 100 }),
      newMethod({ url: await unusedUrl() }),
    ];
    const { order, approval } = scripted();
    const faults: Fault[] = [{ delayMs: 300 }, 'drop_before', 'rubbish', 'fail_after'];
    const asked = [
      ...faults.map((fault) => scripted(fault)).map(({ order, approval }) => method.charge(order, approval)),
      ...[bad.charge(order, approval), bad.find(order), bad.refund(order, 'key')],
      ...[unreachable.charge(order, approval), unreachable.find(order)],
    ];
    const told = (await Promise.allSettled(asked)).map((each) =>
      each.status === 'rejected' ? each.reason : undefined,
    );
    told.push(caught(() => method.readNotice({}, JSON.stringify({ eventType: 'payout.changed' }))));
    expect(told.every((error) => error instanceof PaymentInDoubt || error instanceof Problem)).toBe(true);
    const shown = inspect([told, bad, method, method.checkout(order)], { depth: 20, showHidden: true });
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  function scripted(...faults: readonly Fault[]): { order: Order; approval: Approval } {
    const order = newOrder();
    toss.script('confirm', order.id, ...faults);
    return { order, approval: { paymentKey: toss.authorize(order.id, order.amount) } };
  }
});

function caught(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not throw');
}

function problemOf(call: () => unknown): [code: string, field: string | undefined] {
  const error = caught(call);
  if (!(error instanceof Problem)) throw error;
  return [error.code, error.details.errors?.[0]?.field];
}

/** Nobody listens there. */
async function unusedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
