/** Paying with Toss Payments, as far as one can without Toss: its documents on a server of ours (test/servers/toss.ts), with its window played by the test. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { TEST_KEYS, TossServer } from '../servers/toss.ts';
import { type Answer, couponDrop, type Person, RunningApp } from './running-app.ts';

const PRICE = 15_000;
const SOON = { timeout: 20_000, interval: 50 };

describe('payments with Toss Payments', () => {
  let toss: TossServer;
  let app: RunningApp;
  let crowd: Person[];

  beforeAll(async () => {
    toss = await TossServer.start();
    app = await RunningApp.start({
      ...{ PAYMENT_METHODS: 'toss,sandbox', PAYMENT_GRACE_SECONDS: '2', TOSS_URL: toss.url },
      ...{ TOSS_SECRET_KEY: TEST_KEYS.secretKey, TOSS_CLIENT_KEY: TEST_KEYS.clientKey },
      TOSS_WEBHOOK_KEY: TEST_KEYS.webhookKey,
    });
    crowd = await app.people(30);
  });
  afterAll(async () => {
    await app.app.close();
    await toss.stop();
  });
  beforeEach(() => {
    toss.notices = null;
  });

  async function slot(change: object = {}): Promise<{ grantId: string; holder: Person }> {
    const { discount: _discount, validForDays: _days, ...common } = couponDrop();
    const terms = { ...common, kind: 'product', title: 'A kettle', price: PRICE, ...change };
    const drop = await app.call('POST', '/v1/drops', { token: await app.administrator(), body: terms });
    const holder = crowd.pop();
    if (!holder) throw new Error('the crowd is used up');
    const { body } = await app.claim(drop.body.id, holder.token);
    return { grantId: body.grantId, holder };
  }

  const open = (grantId: string, { token }: Person): Promise<Answer> =>
    app.call('POST', `/v1/me/grants/${grantId}/payments`, {
      ...{ token, body: { method: 'toss' } },
      headers: { 'idempotency-key': randomUUID() },
    });
  const approve = (id: string, { token }: Person, paymentKey: string): Promise<Answer> =>
    app.call('POST', `/v1/me/payments/${id}/approval`, { token, body: { paymentKey, orderId: id, amount: PRICE } });
  const look = async (id: string, { token }: Person) =>
    (await app.call('GET', `/v1/me/payments/${id}`, { token })).body;

  /** A payment whose buyer has been to the window. */
  async function authorized(change: object = {}) {
    const { grantId, holder } = await slot(change);
    const { body } = await open(grantId, holder);
    return { grantId, holder, id: body.id as string, paymentKey: toss.authorize(body.id, PRICE) };
  }

  const becomes = (id: string, holder: Person, state: string) =>
    vi.waitFor(async () => expect(await look(id, holder)).toMatchObject({ state }), SOON);

  const notices = (times = 1) => ({ url: `${app.url}/v1/payments/notices/toss`, times });

  it('begin with what its window needs, which is asked for again as often as one likes', async () => {
    const { grantId, holder } = await slot();
    const opened = await open(grantId, holder);
    expect(opened).toMatchObject({
      status: 201,
      body: {
        ...{ state: 'pending', method: 'toss', amount: PRICE },
        checkout: { clientKey: TEST_KEYS.clientKey, orderId: opened.body.id, orderName: 'A kettle', amount: PRICE },
      },
    });
    expect(await look(opened.body.id, holder)).toEqual(opened.body);
    expect(toss.calls.filter((call) => call.includes(opened.body.id))).toEqual([]);
    const listed = await app.call('GET', '/v1/payment-methods');
    expect(listed.body.items).toMatchObject([{ name: 'toss' }, { name: 'sandbox' }]);
  });

  it('succeed with the buyer’s approval, and give Toss’s receipt', async () => {
    const { grantId, holder, id, paymentKey } = await authorized();
    const paid = await approve(id, holder, paymentKey);
    expect(paid).toMatchObject({
      status: 200,
      body: { state: 'succeeded', receipt: { url: `https://dashboard.tosspayments.com/receipt/${paymentKey}` } },
    });
    expect(paid.body).not.toHaveProperty('checkout');
    expect(await approve(id, holder, paymentKey)).toMatchObject({ status: 200, body: paid.body });
    expect((await open(grantId, holder)).body.code).toBe('slot_confirmed');
    expect(toss.books(id)).toMatchObject({ charged: PRICE, refunded: 0, charges: 1 });
  });

  it('fail with the reason, and may be tried again', async () => {
    const { grantId, holder, id, paymentKey } = await authorized();
    toss.script('confirm', id, { refuse: 'REJECT_CARD_PAYMENT' });
    expect(await approve(id, holder, paymentKey)).toMatchObject({
      status: 200,
      body: { state: 'failed', failure: 'insufficient_funds' },
    });
    const { body: again } = await open(grantId, holder);
    expect((await approve(again.id, holder, toss.authorize(again.id, PRICE))).body.state).toBe('succeeded');
  });

  it.each(['drop_after', 'fail_after', 'rubbish'] as const)(
    'are found in its books after an answer like %s',
    async (fault) => {
      const { holder, id, paymentKey } = await authorized();
      toss.script('confirm', id, fault);
      const answer = await approve(id, holder, paymentKey);
      expect(['pending', 'succeeded']).toContain(answer.body.state);
      await becomes(id, holder, 'succeeded');
      expect(toss.books(id)).toMatchObject({ charged: PRICE, refunded: 0, charges: 1 });
    },
  );

  it('are confirmed by its notices, and not by them alone, once however many come', async () => {
    const { holder, id, paymentKey } = await authorized();
    toss.notices = notices(4);
    toss.script('confirm', id, 'drop_after');
    await approve(id, holder, paymentKey);
    await becomes(id, holder, 'succeeded');
    await vi.waitFor(() => expect(toss.noticeAnswers.length).toBeGreaterThanOrEqual(4), SOON);
    expect(new Set(toss.noticeAnswers)).toEqual(new Set([200]));
    const document = {
      eventType: 'PAYMENT_STATUS_CHANGED',
      data: { ...toss.document(paymentKey), status: 'CANCELED' },
    };
    expect(await toss.notify(document, notices())).toBe(200);
    expect(await look(id, holder)).toMatchObject({ state: 'succeeded' });
  });

  it('are not touched by notices of nobody’s orders, of none, or with a wrong signature', async () => {
    const about = (data: object) => ({ eventType: 'PAYMENT_STATUS_CHANGED', data });
    const to = { ...notices(), retryAfterMs: [] };
    expect(await toss.notify(about({ orderId: 'nobodys-order' }), to)).toBe(200);
    expect(await toss.notify({ eventType: 'payout.changed', data: {} }, to, TEST_KEYS.webhookKey)).toBe(200);
    expect(await toss.notify({ eventType: 'payout.changed', data: {} }, to, 'somebody else’s key')).toBe(403);
    expect(await toss.notify(about({}), to)).toBe(400);
  });

  it('are refused when the slot is gone before the approval, and Toss is not asked', async () => {
    const { grantId, holder, id, paymentKey } = await authorized();
    await app.call('POST', `/v1/me/grants/${grantId}/cancel`, { token: holder.token });
    expect(await look(id, holder)).toMatchObject({ state: 'failed', failure: 'slot_returned' });
    expect(await approve(id, holder, paymentKey)).toMatchObject({ status: 409, body: { code: 'slot_returned' } });
    expect(toss.calls).not.toContain(`confirm ${id}`);
  });

  it('are given back when the slot is gone before the answer', async () => {
    const { grantId, holder, id, paymentKey } = await authorized();
    toss.script('confirm', id, { delayMs: 3_500 });
    const [dropId, serial] = grantId.split('-');
    const approving = approve(id, holder, paymentKey);
    await vi.waitFor(() => expect(toss.calls).toContain(`confirm ${id}`), SOON);
    await app.database.query(
      'update grants set hold_until = clock_timestamp(), expires_at = clock_timestamp() where drop_id = $1 and serial = $2',
      [dropId, serial],
    );
    await approving;
    await becomes(id, holder, 'refunded');
    expect(toss.books(id)).toMatchObject({ charged: PRICE, refunded: PRICE, charges: 1, refunds: 1 });
  });

  it('are for prices in won', async () => {
    const { grantId, holder } = await slot({ currency: 'USD' });
    expect(await open(grantId, holder)).toMatchObject({ status: 400, body: { errors: [{ field: 'method' }] } });
  });

  // The last: it takes Toss away.
  it('do not begin while Toss is away, and other ways go on', async () => {
    const payments = [await authorized(), await authorized(), await authorized()];
    const { grantId, holder } = await slot();
    for (const { id } of payments) toss.script('confirm', id, 'drop_before');
    for (const { id } of payments) toss.script('find', id, ...Array.from({ length: 50 }, () => 'drop_before' as const));
    for (const { id, holder: buyer, paymentKey } of payments) await approve(id, buyer, paymentKey);
    expect(await open(grantId, holder)).toMatchObject({
      status: 503,
      body: { code: 'payment_unavailable' },
    });
    const other = await app.call('POST', `/v1/me/grants/${grantId}/payments`, {
      ...{ token: holder.token, body: { method: 'sandbox', card: '4242424242424242' } },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(other.body.state).toBe('succeeded');
  });
});
