/** Paying for slots over HTTP, as pages do: every card of the sandbox, points, repeats, refusals, and what the sockets hear. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TEST_CARDS, type TestCardEffect } from '../../src/adapters/sandbox-payment-method.ts';
import { hasPostgres } from '../servers/database.ts';
import { metricOf, TestFleet } from './fleet.ts';
import { type Answer, couponDrop, type Person, RunningApp } from './running-app.ts';

const PRICE = 12_900;
const SOON = { timeout: 20_000, interval: 50 };

describe('payments, embedded', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await RunningApp.start({ PAYMENT_GRACE_SECONDS: '3' });
  });
  afterAll(() => app.app.close());
  paymentTests(() => app);
});

describe.skipIf(!hasPostgres)('payments, on PostgreSQL', () => {
  let fleet: TestFleet;
  let app: RunningApp;
  beforeAll(async () => {
    fleet = await TestFleet.open({ redis: false, kafka: false });
    app = await fleet.start('gateway,worker', { PAYMENT_GRACE_SECONDS: '3' });
  });
  afterAll(() => fleet.close());
  paymentTests(() => app);
});

function paymentTests(current: () => RunningApp): void {
  let crowd: Person[] = [];
  let app: RunningApp;
  beforeAll(async () => {
    app = current();
    crowd = await app.people(60);
  });

  function person(): Person {
    const next = crowd.pop();
    if (!next) throw new Error('the crowd is used up');
    return next;
  }

  async function product(change: object = {}): Promise<string> {
    const { discount: _discount, validForDays: _days, ...common } = couponDrop();
    const terms = { ...common, title: 'A kettle', price: PRICE, ...change };
    const { status, body } = await app.call('POST', '/v1/drops', {
      token: await app.administrator(),
      body: { ...terms, kind: 'product' },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
    return body.id;
  }

  /** A slot of a new drop, in the hands of a new person. */
  async function slot(change: object = {}): Promise<{ dropId: string; grantId: string; holder: Person }> {
    const [dropId, holder] = [await product(change), person()];
    const { body } = await app.claim(dropId, holder.token);
    return { dropId, grantId: body.grantId, holder };
  }

  const pay = (grantId: string, { token }: Person, body: object, key: string = randomUUID()): Promise<Answer> =>
    app.call('POST', `/v1/me/grants/${grantId}/payments`, { token, body, headers: { 'idempotency-key': key } });
  const payBy = (effect: TestCardEffect) => ({ method: 'sandbox', card: cardThat(effect) });
  const mine = async (path: string, { token }: Person) => (await app.call('GET', `/v1/me/${path}`, { token })).body;

  async function ended(id: string, holder: Person, state: string) {
    return vi.waitFor(async () => {
      const payment = await mine(`payments/${id}`, holder);
      expect(payment).toMatchObject({ state });
      return payment;
    }, SOON);
  }

  /** What the sandbox has written down of all payments for a slot. */
  async function charges(grantId: string): Promise<{ refunded: boolean }[]> {
    const [dropId, serial] = grantId.split('-');
    return app.database.query(
      `select c.refunded_at is not null as refunded from sandbox_charges c join payments p on p.id = c.order_id
       where p.drop_id = $1 and p.serial = $2`,
      [dropId, serial],
    );
  }

  async function endHold(grantId: string): Promise<void> {
    await app.database.query(
      'update grants set hold_until = clock_timestamp(), expires_at = clock_timestamp() where drop_id = $1 and serial = $2',
      grantId.split('-'),
    );
  }

  /** The hold ends while this payment is in flight; its grace is kept, as `begin` has set it. */
  async function endHoldOfPaying(grantId: string, holder: Person): Promise<void> {
    await vi.waitFor(async () => expect((await mine(`grants/${grantId}`, holder)).paying).toBe(true), SOON);
    await app.database.query(
      'update grants set hold_until = clock_timestamp() where drop_id = $1 and serial = $2',
      grantId.split('-'),
    );
  }

  describe('a payment', () => {
    it('that succeeds confirms the slot, and gives a receipt', async () => {
      const { dropId, grantId, holder } = await slot();
      const paid = await pay(grantId, holder, payBy('succeeds'));
      expect(paid).toMatchObject({
        status: 201,
        body: {
          ...{ grantId, dropId, title: 'A kettle', method: 'sandbox', amount: PRICE, currency: 'KRW' },
          ...{ state: 'succeeded', failure: null, refundedAt: null, receipt: { number: `R-${grantId}`, url: null } },
        },
      });
      expect(paid.body).not.toHaveProperty('checkout');
      expect(await mine(`grants/${grantId}`, holder)).toMatchObject({
        ...{ state: 'confirmed', paying: false, settledAt: paid.body.decidedAt },
      });
      expect(await mine(`payments/${paid.body.id}`, holder)).toEqual(paid.body);
      expect((await mine(`payments?grantId=${grantId}`, holder)).items).toEqual([paid.body]);
      expect(await charges(grantId)).toEqual([{ refunded: false }]);
    });

    it('may be tried again when it was declined', async () => {
      const { grantId, holder } = await slot();
      for (const [effect, failure] of [
        ['declined', 'card_declined'],
        ['insufficient_funds', 'insufficient_funds'],
      ] as const) {
        expect(await pay(grantId, holder, payBy(effect))).toMatchObject({
          status: 201,
          body: { state: 'failed', failure, receipt: null },
        });
        expect(await mine(`grants/${grantId}`, holder)).toMatchObject({ state: 'held', paying: false });
      }
      expect((await pay(grantId, holder, payBy('succeeds'))).body.state).toBe('succeeded');
      expect(await charges(grantId)).toHaveLength(1);
      const { items } = await mine(`payments?grantId=${grantId}`, holder);
      expect(items.map(({ state }: { state: string }) => state)).toEqual(['succeeded', 'failed', 'failed']);
    });

    it('that is free asks nobody', async () => {
      const { grantId, holder } = await slot({ price: 0 });
      const paid = await pay(grantId, holder, { method: 'sandbox' });
      expect(paid).toMatchObject({ status: 201, body: { state: 'succeeded', amount: 0 } });
      expect(await mine(`grants/${grantId}`, holder)).toMatchObject({ state: 'confirmed' });
      expect(await charges(grantId)).toEqual([]);
    });

    it('is one payment, however often it is sent', async () => {
      const { grantId, holder } = await slot();
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 8 }, () => pay(grantId, holder, payBy('succeeds'), key)));
      for (const { status } of answers) expect([201, 202]).toContain(status);
      const again = await pay(grantId, holder, payBy('declined'), key);
      expect(again).toMatchObject({ status: 201, body: { state: 'succeeded' } });
      expect(new Set([...answers, again].map(({ body }) => body.id)).size).toBe(1);
      expect(await charges(grantId)).toHaveLength(1);
    });

    it('is one of five that are sent at once', async () => {
      const { grantId, holder } = await slot();
      const answers = await Promise.all(Array.from({ length: 5 }, () => pay(grantId, holder, payBy('succeeds'))));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      for (const { status, body } of answers) {
        if (status !== 201) expect(['payment_in_flight', 'slot_confirmed']).toContain(body.code);
      }
      expect(await charges(grantId)).toEqual([{ refunded: false }]);
    });

    it('is told to all sockets of its buyer', async () => {
      const { grantId, holder } = await slot();
      const socket = app.socket();
      await socket.authenticate(holder.token);
      const { body: payment } = await pay(grantId, holder, payBy('succeeds'));
      expect(await socket.next({ type: 'payment' })).toEqual({ type: 'payment', payment, cursor: expect.any(String) });
      expect(await socket.next({ type: 'grant', because: 'confirmed' })).toMatchObject({
        grant: { id: grantId, state: 'confirmed', paying: false },
      });
      socket.close();
    });

    it('comes in pages, each payment once', async () => {
      const { grantId, holder } = await slot();
      const ids: string[] = [];
      for (let time = 0; time < 5; time += 1) ids.unshift((await pay(grantId, holder, payBy('declined'))).body.id);
      const listed: string[] = [];
      let cursor = '';
      do {
        const page = await mine(`payments?limit=2&cursor=${cursor}`, holder);
        listed.push(...page.items.map(({ id }: { id: string }) => id));
        cursor = page.next;
      } while (cursor !== null);
      expect(listed).toEqual(ids);
      expect(await app.call('GET', '/v1/me/payments?cursor=bm8', { token: holder.token })).toMatchObject({
        status: 400,
      });
    });
  });

  describe('a payment is refused', () => {
    it('for somebody else’s slot, and for none', async () => {
      const { grantId } = await slot();
      for (const id of [grantId, '1-99999', '99999999-1', 'nonsense', '%00']) {
        expect(await pay(id, person(), payBy('succeeds'))).toMatchObject({
          status: 404,
          body: { code: 'grant_not_found' },
        });
      }
    });

    it('for a coupon', async () => {
      const [dropId, holder] = [await app.drop(), person()];
      const { body } = await app.claim(dropId, holder.token);
      expect(await pay(body.grantId, holder, payBy('succeeds'))).toMatchObject({
        status: 409,
        body: { code: 'wrong_kind' },
      });
    });

    it('for a slot that was paid, returned, or has expired', async () => {
      const [paid, returned, expired] = [await slot(), await slot(), await slot()];
      await pay(paid.grantId, paid.holder, payBy('succeeds'));
      await app.call('POST', `/v1/me/grants/${returned.grantId}/cancel`, { token: returned.holder.token });
      await endHold(expired.grantId);
      for (const [{ grantId, holder }, code] of [
        [paid, 'slot_confirmed'],
        [returned, 'slot_returned'],
        [expired, 'slot_expired'],
      ] as const) {
        expect(await pay(grantId, holder, payBy('succeeds'))).toMatchObject({ status: 409, body: { code } });
      }
      expect(await charges(expired.grantId)).toEqual([]);
    });

    it.each([
      [{ method: 'cash' }, 'method'],
      [{}, 'method'],
      [{ method: 'toss', paymentKey: 'key' }, 'method'],
      [{ method: 'sandbox' }, 'card'],
      [{ method: 'sandbox', card: '4111 1111 1111 1111' }, 'card'],
    ])('when it says %j', async (body, field) => {
      const { grantId, holder } = await slot();
      const refused = await pay(grantId, holder, body);
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request', errors: [{ field }] } });
      expect((await mine(`payments?grantId=${grantId}`, holder)).items).toEqual([]);
    });

    it('without a proper key, and to who is not signed in', async () => {
      const { grantId, holder } = await slot();
      expect(await pay(grantId, holder, payBy('succeeds'), 'short')).toMatchObject({ status: 400 });
      expect(await pay(grantId, { ...holder, token: '' }, payBy('succeeds'))).toMatchObject({ status: 401 });
    });

    it('after so many for one slot that somebody tries cards', async () => {
      const { grantId, holder } = await slot();
      for (let time = 0; time < 50; time += 1) await pay(grantId, holder, payBy('declined'));
      expect(await pay(grantId, holder, payBy('succeeds'))).toMatchObject({
        status: 429,
        body: { code: 'too_many_attempts' },
      });
    });

    it('to everybody but its buyer', async () => {
      const { grantId, holder } = await slot();
      const { body } = await pay(grantId, holder, payBy('succeeds'));
      for (const id of [body.id, 'nonsense', '%00']) {
        const { token } = person();
        const [seen, approved] = [
          await app.call('GET', `/v1/me/payments/${id}`, { token }),
          await app.call('POST', `/v1/me/payments/${id}/approval`, { token, body: {} }),
        ];
        for (const answer of [seen, approved]) expect(answer.body.code).toBe('payment_not_found');
      }
    });
  });

  // These and the next mostly wait for time-outs: they do so at the same time.
  describe.concurrent('a provider', () => {
    it('that does not answer is asked for its books: charged, the slot is confirmed', async () => {
      const { grantId, holder } = await slot();
      const socket = app.socket();
      await socket.authenticate(holder.token);
      const key = randomUUID();
      const asked = await pay(grantId, holder, payBy('times_out_charged'), key);
      expect(asked).toMatchObject({ status: 202, body: { state: 'pending', decidedAt: null, receipt: null } });
      expect(await socket.next({ type: 'grant', because: 'paying' })).toMatchObject({
        grant: { id: grantId, state: 'held', paying: true },
      });
      expect(await ended(asked.body.id, holder, 'succeeded')).toMatchObject({ receipt: { number: `R-${grantId}` } });
      expect(await pay(grantId, holder, payBy('succeeds'), key)).toMatchObject({ body: { state: 'succeeded' } });
      expect(await socket.next({ type: 'payment' })).toMatchObject({ payment: { state: 'succeeded' } });
      expect(await socket.next({ type: 'grant', because: 'confirmed' })).toMatchObject({ grant: { id: grantId } });
      expect(await charges(grantId)).toEqual([{ refunded: false }]);
      socket.close();
    });

    it('that knows nothing when the grace is over fails the payment, and the slot can be paid again', async () => {
      const { grantId, holder } = await slot();
      const paying = pay(grantId, holder, payBy('times_out_uncharged'));
      await vi.waitFor(async () => expect((await mine(`grants/${grantId}`, holder)).paying).toBe(true), SOON);
      // Both at once: the grace is short here.
      const refused = await Promise.all([
        pay(grantId, holder, payBy('succeeds')),
        app.call('POST', `/v1/me/grants/${grantId}/cancel`, { token: holder.token }),
      ]);
      const inFlight = { status: 409, body: { code: 'payment_in_flight' } };
      expect(refused).toMatchObject([inFlight, inFlight]);
      const { body } = await paying;
      expect(await ended(body.id, holder, 'failed')).toMatchObject({ failure: 'no_answer' });
      expect((await pay(grantId, holder, payBy('succeeds'))).body.state).toBe('succeeded');
      expect(await charges(grantId)).toEqual([{ refunded: false }]);
    });

    it('that answers twice charges once', async () => {
      const { grantId, holder } = await slot();
      expect((await pay(grantId, holder, payBy('answers_twice'))).body.state).toBe('succeeded');
      expect(await charges(grantId)).toEqual([{ refunded: false }]);
    });

    it('that answers when the grace is over has its charge given back', async () => {
      const { grantId, holder } = await slot();
      const { status, body } = await pay(grantId, holder, payBy('answers_late'));
      expect(status).toBe(202);
      // It had failed by then.
      expect(await ended(body.id, holder, 'refunded')).toMatchObject({ failure: 'no_answer', receipt: null });
      expect(await charges(grantId)).toEqual([{ refunded: true }]);
      expect(await mine(`grants/${grantId}`, holder)).toMatchObject({ state: 'held', paying: false });
    });

    it('may say that there is news: it is not believed, but its books are read', async () => {
      const { grantId, holder } = await slot();
      const { body } = await pay(grantId, holder, payBy('declined'));
      await app.database.query('insert into sandbox_charges (order_id, amount, charged_at) values ($1, $2, now())', [
        body.id,
        PRICE,
      ]);
      const notice = JSON.stringify({ orderId: body.id, state: 'whatever it says' });
      for (let time = 0; time < 3; time += 1) {
        const told = await app.call('POST', '/v1/payments/notices/sandbox', { text: notice });
        expect(told).toMatchObject({ status: 200, body: {} });
      }
      expect(await ended(body.id, holder, 'refunded')).toMatchObject({ failure: 'card_declined' });
      expect(await charges(grantId)).toEqual([{ refunded: true }]);
    });

    it.each([
      ['sandbox', '{"orderId":"of-nobody"}', 200],
      ['sandbox', '{"orderId":"\\u0000"}', 200],
      ['sandbox', '{}', 200],
      ['sandbox', 'no json', 400],
      ['points', '', 200],
      ['cash', '{}', 404],
    ])('(%s) may say %j', async (method, text, status) => {
      expect((await app.call('POST', `/v1/payments/notices/${method}`, { text })).status).toBe(status);
    });
  });

  describe.concurrent('a hold that ends', () => {
    it('while a payment is in flight waits for it, and is confirmed', async () => {
      const { grantId, holder } = await slot();
      const paying = pay(grantId, holder, payBy('times_out_charged'));
      await endHoldOfPaying(grantId, holder);
      // The sandbox takes 2 s to fall silent; its notice comes sooner.
      const [dropId] = grantId.split('-');
      const [row] = await app.database.query<{ id: string }>('select id from payments where drop_id = $1', [dropId]);
      await app.call('POST', '/v1/payments/notices/sandbox', { text: JSON.stringify({ orderId: row?.id }) });
      await ended(row?.id ?? '', holder, 'succeeded');
      expect((await paying).body).toMatchObject({ id: row?.id });
      expect(await mine(`grants/${grantId}`, holder)).toMatchObject({ state: 'confirmed' });
    });

    it('with a payment in flight goes to the next in line when the grace is over, and the late charge is given back', async () => {
      const { dropId, grantId, holder } = await slot({ stock: 1, waitingLine: true });
      const next = person();
      const refused = randomUUID();
      await app.claim(dropId, next.token, refused);
      await app.call('PUT', `/v1/drops/${dropId}/line`, { token: next.token, headers: { 'idempotency-key': refused } });
      const paying = pay(grantId, holder, payBy('answers_late'));
      await endHoldOfPaying(grantId, holder);
      const { body: late } = await paying;
      const offered = await vi.waitFor(async () => {
        const { items } = await mine(`grants?dropId=${dropId}`, next);
        expect(items).toMatchObject([{ state: 'held' }]);
        return items[0];
      }, SOON);
      expect(await mine(`grants/${grantId}`, holder)).toMatchObject({ state: 'expired' });
      expect(await ended(late.id, holder, 'refunded')).toMatchObject({ receipt: null });
      expect((await pay(offered.id, next, payBy('succeeds'))).body.state).toBe('succeeded');
      expect(await charges(grantId)).toEqual([{ refunded: true }]);
    });
  });

  describe('points', () => {
    const give = async (username: string, amount: unknown, token?: string) =>
      app.call('POST', '/v1/points', {
        token: token ?? (await app.administrator()),
        body: { username, amount, reason: 'for the test' },
        headers: { 'idempotency-key': randomUUID() },
      });

    it('pay for a slot, and come back when the money is given back', async () => {
      const { grantId, holder } = await slot();
      expect(await pay(grantId, holder, { method: 'points' })).toMatchObject({
        body: { state: 'failed', failure: 'insufficient_funds' },
      });
      expect(await give(holder.username, PRICE + 100)).toMatchObject({
        status: 201,
        body: { username: holder.username, balance: PRICE + 100 },
      });
      expect(await pay(grantId, holder, { method: 'points' })).toMatchObject({
        body: { state: 'succeeded', method: 'points' },
      });
      expect(await mine('points', holder)).toEqual({ balance: 100 });
    });

    it('are given by administrators, to accounts, in sound amounts', async () => {
      const { username, token } = person();
      expect((await give(username, 100, token)).status).toBe(403);
      expect((await give('nobody-at-all', 100)).body.code).toBe('account_not_found');
      for (const amount of [0, 0.5, '100', 1e13, -1]) {
        expect(await give(username, amount)).toMatchObject({ status: 400, body: { errors: [{ field: 'amount' }] } });
      }
    });
  });

  it('the ways to pay are listed, with the sandbox’s cards', async () => {
    const { body } = await app.call('GET', '/v1/payment-methods');
    expect(body).toEqual({ items: [{ name: 'sandbox', testCards: [...TEST_CARDS] }, { name: 'points' }] });
  });

  it('all is counted, and nothing is overdue', async () => {
    expect(await metricOf(app, 'doorbuster_payments_total{method="sandbox",state="succeeded"}')).toBeGreaterThan(0);
    expect(await metricOf(app, 'doorbuster_payments_overdue{state="refunding"}')).toBe(0);
    const left = await app.database.query(`select id, state from payments where state in ('pending', 'refunding')`);
    expect(left).toEqual([]);
    const charged = await app.database.query(
      `select c.order_id from sandbox_charges c join payments p on p.id = c.order_id
       where (p.state = 'succeeded') = (c.refunded_at is not null) or p.state not in ('succeeded', 'refunded')`,
    );
    expect(charged).toEqual([]);
  });
}

function cardThat(effect: TestCardEffect): string {
  return TEST_CARDS.find((each) => each.effect === effect)?.card ?? '';
}
