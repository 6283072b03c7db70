/** The lives of coupons and slots over HTTP: use, give back, expire; and coupons at the till. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatCode } from '../../src/coupons/code.ts';
import { hasPostgres } from '../servers/database.ts';
import { TestFleet } from './fleet.ts';
import { type Answer, type CallOptions, type Person, RunningApp, useRunningApp } from './running-app.ts';

// One person claims for many tests here: the rate of claims is another file's matter.
const app = useRunningApp({ CLAIMS_PER_USER_PER_SECOND: '1000' });
let crowd: Person[] = [];
beforeAll(async () => {
  crowd = await app.current.people(60);
});

function person(): Person {
  const next = crowd.pop();
  if (!next) throw new Error('the crowd is used up');
  return next;
}

const product = { kind: 'product', price: 1000, discount: undefined, validForDays: undefined };

interface Held {
  readonly dropId: string;
  readonly id: string;
  readonly code: string;
  readonly token: string;
}

/** A fresh drop's first unit, in somebody's hands. */
async function grant(change: object = {}, holder: Person = person()): Promise<Held> {
  const dropId = await app.current.drop(change);
  const { body } = await app.current.claim(dropId, holder.token);
  return { dropId, id: body.grantId, code: body.code, token: holder.token };
}

function use(held: Held, key: string = randomUUID(), options: CallOptions = {}): Promise<Answer> {
  return app.current.call('POST', `/v1/me/grants/${held.id}/use`, {
    token: held.token,
    ...options,
    headers: { 'idempotency-key': key },
  });
}

const cancel = ({ id, token }: Pick<Held, 'id' | 'token'>): Promise<Answer> =>
  app.current.call('POST', `/v1/me/grants/${id}/cancel`, { token });

const look = ({ id, token }: Held): Promise<Answer> => app.current.call('GET', `/v1/me/grants/${id}`, { token });

async function remaining(dropId: string): Promise<number> {
  return (await app.current.call('GET', `/v1/drops/${dropId}`)).body.remaining;
}

/** As if time had gone by: its end is now. */
async function endNow({ id }: Held): Promise<void> {
  const [dropId, serial] = id.split('-');
  await app.current.database.query(
    `update grants set expires_at = now(), valid_until = valid_until + (now() - expires_at), hold_until = hold_until + (now() - expires_at)
     where drop_id = $1 and serial = $2`,
    [dropId, serial],
  );
}

describe('a coupon', () => {
  it('is used once: the same request is told the same, another that it was used', async () => {
    const held = await grant();
    const key = randomUUID();
    const first = await use(held, key, { body: { reference: 'bill 17' } });
    expect(first).toMatchObject({ status: 200, body: { id: held.id, state: 'used', reference: 'bill 17' } });
    expect(first.body.settledAt).toMatch(/Z$/);
    expect((await use(held, key)).body).toEqual(first.body);
    expect(await use(held)).toMatchObject({
      status: 409,
      body: { code: 'coupon_used', settledAt: first.body.settledAt },
    });
    expect((await look(held)).body).toEqual(first.body);
  });

  it('is used once by five who try at the same time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const held = await grant({}, crowd[0]);
      const answers = await Promise.all(Array.from({ length: 5 }, () => use(held)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409]);
    }
  });

  it('goes back when it is cancelled, once, and only while it is unused', async () => {
    const held = await grant({ stock: 1 });
    expect(await remaining(held.dropId)).toBe(0);
    expect(await cancel(held)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await remaining(held.dropId)).toBe(1);
    expect(await cancel(held)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await use(held)).toMatchObject({ status: 409, body: { code: 'coupon_cancelled' } });
    const next = person();
    const again = await app.current.claim(held.dropId, next.token);
    expect(again).toMatchObject({ status: 201, body: { serial: 2 } });
    expect(again.body.code).not.toBe(held.code);
    await use({ ...held, id: again.body.grantId, token: next.token });
    expect(await cancel({ id: again.body.grantId, token: next.token })).toMatchObject({
      status: 409,
      body: { code: 'coupon_used' },
    });
    expect(await remaining(held.dropId)).toBe(0);
  });

  it('may be claimed again by who has cancelled, within the limit', async () => {
    const holder = person();
    const held = await grant({ stock: 2, perUserLimit: 1 }, holder);
    expect((await app.current.claim(held.dropId, holder.token)).body).toMatchObject({ code: 'limit_reached' });
    await cancel(held);
    expect(await app.current.claim(held.dropId, holder.token)).toMatchObject({ status: 201, body: { serial: 2 } });
  });

  it('expires by itself, is then of no use, and its unit is spent', async () => {
    const held = await grant({ stock: 1 });
    const socket = app.current.socket();
    await socket.authenticate(held.token);
    await endNow(held);
    expect(await use(held)).toMatchObject({ status: 409, body: { code: 'coupon_expired' } });
    expect(await cancel(held)).toMatchObject({ status: 409, body: { code: 'coupon_expired' } });
    expect((await look(held)).body).toMatchObject({ state: 'expired' });
    expect(await socket.next({ type: 'grant', because: 'expired' })).toMatchObject({ grant: { id: held.id } });
    expect(await remaining(held.dropId)).toBe(0);
    const [row] = await app.current.database.query('select state, released_at from grants where drop_id = $1', [
      held.dropId,
    ]);
    expect(row).toEqual({ state: 'expired', released_at: null });
    socket.close();
  });

  it('has one name: other ways to write it are nobody’s, also beside those who use theirs', async () => {
    const dropId = await app.current.drop();
    const holders: Held[] = [];
    for (let place = 0; place < 3; place += 1) {
      const { token } = person();
      const { body } = await app.current.claim(dropId, token);
      holders.push({ dropId, id: body.grantId, code: body.code, token });
    }
    const [first] = holders as [Held];
    const aliases = [`0${first.id}`, `00${first.id}`, first.id.replace('-', '-0')].map((id) => ({ ...first, id }));
    const answers = await Promise.all([...holders, ...aliases].map((held) => use(held)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 404]);
    for (const [place, held] of holders.entries()) {
      expect(answers[place]?.body).toMatchObject({ id: held.id, code: held.code, state: 'used' });
    }
  });

  it('is nobody else’s', async () => {
    const held = await grant();
    const stranger = { ...held, token: person().token };
    expect(await use(stranger)).toMatchObject({ status: 404, body: { code: 'grant_not_found' } });
    expect(await cancel(stranger)).toMatchObject({ status: 404, body: { code: 'grant_not_found' } });
    for (const id of ['1', 'x-y', '999999-1', `${held.dropId}-999`, '../1-1', `${held.id}-1`]) {
      expect((await use({ ...held, id: encodeURIComponent(id) })).status).toBe(404);
      expect((await cancel({ ...held, id: encodeURIComponent(id) })).status).toBe(404);
    }
  });

  it.each<[string, CallOptions, string]>([
    ['no key', { headers: {} }, 'idempotency-key'],
    ['a short key', { headers: { 'idempotency-key': 'short' } }, 'idempotency-key'],
    [
      'a long reference',
      { headers: { 'idempotency-key': 'key-12345' }, body: { reference: 'x'.repeat(201) } },
      'reference',
    ],
    ['an unknown field', { headers: { 'idempotency-key': 'key-12345' }, body: { merchant: 1 } }, 'merchant'],
  ])('is not used by a request with %s', async (_what, options, field) => {
    const held = await grant();
    const answer = await app.current.call('POST', `/v1/me/grants/${held.id}/use`, { token: held.token, ...options });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(JSON.stringify(answer.body.errors)).toContain(field);
    expect((await look(held)).body.state).toBe('usable');
  });
});

describe('a slot', () => {
  it('is given back by hand, once, and its unit is on sale again', async () => {
    const held = await grant({ ...product, stock: 1 });
    expect(await use(held)).toMatchObject({ status: 409, body: { code: 'wrong_kind' } });
    expect(await cancel(held)).toMatchObject({ status: 200, body: { state: 'returned' } });
    expect(await cancel(held)).toMatchObject({ status: 200, body: { state: 'returned' } });
    expect(await remaining(held.dropId)).toBe(1);
  });

  it('is not held longer for pressing again', async () => {
    const held = await grant({ ...product, stock: 2, perUserLimit: 1 });
    const { holdUntil } = (await look(held)).body;
    expect((await app.current.claim(held.dropId, held.token)).body.code).toBe('limit_reached');
    expect((await look(held)).body.holdUntil).toBe(holdUntil);
  });

  it('expires by itself within 2 s of its time, not before, and its unit is on sale again', async () => {
    const held = await grant({ ...product, stock: 1, holdMinutes: 0.05 });
    const watcher = app.current.socket();
    await watcher.authenticate();
    await watcher.send({ type: 'watch', dropIds: [held.dropId] });
    const { holdUntil } = (await look(held)).body;
    await watcher.next({ type: 'drop', remaining: 1 });
    const [row] = await app.current.database.query<{ late: number }>(
      'select extract(epoch from released_at - hold_until)::float8 as late from grants where drop_id = $1',
      [held.dropId],
    );
    expect(row?.late).toBeGreaterThanOrEqual(0);
    expect(row?.late).toBeLessThan(2);
    expect(Date.parse(holdUntil)).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(await cancel(held)).toMatchObject({ status: 409, body: { code: 'slot_expired' } });
    watcher.close();
  });

  it('whose time is over reads as expired before anybody has written so', async () => {
    const held = await grant({ ...product, stock: 1 });
    await endNow(held);
    expect((await look(held)).body).toMatchObject({ state: 'expired', paying: false });
    expect(await cancel(held)).toMatchObject({ status: 409, body: { code: 'slot_expired' } });
  });

  it('tells its holder’s other tabs', async () => {
    const held = await grant({ ...product, stock: 1 });
    const tabs = [app.current.socket(), app.current.socket()];
    for (const tab of tabs) await tab.authenticate(held.token);
    await cancel(held);
    for (const tab of tabs) {
      expect(await tab.next({ type: 'grant', because: 'returned' })).toMatchObject({
        grant: { id: held.id, state: 'returned', title: 'A coupon' },
      });
      tab.close();
    }
  });
});

describe('a coupon at the till', () => {
  const till = async (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    app.current.call('POST', `/v1/coupons/${path}`, { token: await app.current.administrator(), body, headers });
  const key = () => ({ 'idempotency-key': randomUUID() });

  it('is found by its code, however it is typed, and used once', async () => {
    const holder = person();
    const held = await grant({}, holder);
    for (const code of [held.code, formatCode(held.code), held.code.toLowerCase(), ` ${formatCode(held.code)} `]) {
      expect(await till('search', { code })).toMatchObject({
        status: 200,
        body: { grant: { id: held.id, state: 'usable' }, holder: { id: holder.id, username: holder.username } },
      });
    }
    const used = await till('use', { code: formatCode(held.code), reference: 'till 3' }, key());
    expect(used).toMatchObject({ status: 200, body: { grant: { state: 'used', reference: 'till 3' } } });
    expect(await till('use', { code: held.code }, key())).toMatchObject({ status: 409, body: { code: 'coupon_used' } });
    expect((await look(held)).body.state).toBe('used');
  });

  it('is for administrators only', async () => {
    const held = await grant();
    for (const path of ['search', 'use']) {
      const options = { token: held.token, body: { code: held.code }, headers: key() };
      expect((await app.current.call('POST', `/v1/coupons/${path}`, options)).status).toBe(403);
    }
  });

  it('with a mistyped code is a mistake; codes that nobody has are refused after some tries', async () => {
    expect(await till('search', { code: 'AAAA-AAAA-AAAB' })).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'code' }] },
    });
    const alone = await RunningApp.start();
    try {
      const token = await alone.administrator();
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 22; attempt += 1) {
        const answer = await alone.call('POST', '/v1/coupons/search', { token, body: { code: '0000 0000 0000' } });
        statuses.push(answer.status);
        if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1);
      }
      expect(statuses).toEqual([...Array<number>(20).fill(404), 429, 429]);
    } finally {
      await alone.app.close();
    }
  });
});

describe.skipIf(!hasPostgres)('in a fleet', () => {
  it('a worker in a process of its own ends slots, and gateways hear of it', async () => {
    const fleet = await TestFleet.open({ redis: true, kafka: false });
    try {
      const [gateway, other] = [await fleet.start('gateway'), await fleet.start('gateway')];
      await fleet.start('worker');
      await fleet.start('worker');
      const [holder, next] = await gateway.people(2);
      if (!holder || !next) throw new Error('two people were asked for');
      const dropId = await gateway.drop({ ...product, stock: 1, holdMinutes: 0.05 });
      const { body } = await gateway.claim(dropId, holder.token);
      const tab = other.socket();
      await tab.authenticate(holder.token);
      expect((await other.claim(dropId, next.token)).body.code).toBe('sold_out');
      expect(await tab.next({ type: 'grant', because: 'expired' })).toMatchObject({ grant: { id: body.grantId } });
      await expect.poll(async () => (await other.claim(dropId, next.token)).status).toBe(201);
      tab.close();
    } finally {
      await fleet.close();
    }
  });
});
