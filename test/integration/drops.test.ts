import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '../../src/coupons/code.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { couponDrop, useRunningApp } from './running-app.ts';

const app = useRunningApp();
let admin = '';
beforeAll(async () => {
  admin = await app.current.administrator();
});

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const create = (body: object) => app.current.call('POST', '/v1/drops', { token: admin, body });
const amend = (id: string, body: object) => app.current.call('PATCH', `/v1/drops/${id}`, { token: admin, body });
const read = (id: string) => app.current.call('GET', `/v1/drops/${id}`);

describe('a drop', () => {
  it('is created in both kinds and read by everyone, with state, stock and the server’s time', async () => {
    const coupon = await create({
      ...couponDrop(),
      opensAt: at(5),
      closesAt: at(60),
      discount: { amount: 5000, currency: 'KRW' },
    });
    expect(coupon).toMatchObject({
      status: 201,
      body: {
        kind: 'coupon',
        state: 'scheduled',
        stock: 10,
        remaining: 10,
        perUserLimit: 3,
        discount: { amount: 5000, currency: 'KRW' },
        validForDays: 30,
      },
    });
    const product = await create({ kind: 'product', title: 'A product', stock: 5, opensAt: at(0), price: 39_000 });
    expect(product).toMatchObject({
      status: 201,
      body: { kind: 'product', state: 'open', perUserLimit: 1, price: 39_000, currency: 'KRW', holdMinutes: 30 },
    });
    const answer = await read(product.body.id);
    expect(answer.body).toEqual({ ...product.body, serverTime: expect.any(String) });
    expect(Math.abs(Date.parse(answer.body.serverTime) - Date.now())).toBeLessThan(5_000);
  });

  it.each(['https://example.com/a.png', 'https://example.com:8443/a%20b.png?size=2', '/banners/a.webp'])(
    'may have its picture at %s',
    async (imageUrl) => {
      expect(await create({ ...couponDrop(), imageUrl })).toMatchObject({ status: 201, body: { imageUrl } });
    },
  );

  it.each<[string[], object]>([
    [['stock'], { stock: -1 }],
    [['stock'], { stock: 0 }],
    [['stock'], { stock: 1.5 }],
    [['stock'], { stock: '10' }],
    [['stock'], { stock: 10_000_001 }],
    [['title'], { title: '' }],
    [['title'], { title: '   ' }],
    [['title'], { title: 'x'.repeat(201) }],
    [['kind'], { kind: 'lottery' }],
    [['opensAt'], { opensAt: 'tomorrow' }],
    [['opensAt'], { opensAt: '2020-01-01T00:00:00Z' }],
    [['opensAt'], { opensAt: 1_790_000_000 }],
    [['closesAt'], { opensAt: at(9), closesAt: at(8) }],
    [['perUserLimit'], { perUserLimit: 0 }],
    [['discount'], { discount: { percent: 101 } }],
    [['discount'], { discount: undefined }],
    [['validUntil'], { validForDays: undefined }],
    [['validUntil'], { validForDays: undefined, validUntil: at(-5) }],
    [['imageUrl'], { imageUrl: 'javascript:alert(1)' }],
    [['imageUrl'], { imageUrl: '//evil.example/x.png' }],
    [['imageUrl'], { imageUrl: '/\\evil.example/x.png' }],
    [['imageUrl'], { imageUrl: '/\t/evil.example/x.png' }],
    [['imageUrl'], { imageUrl: 'https://' }],
    [['imageUrl'], { imageUrl: 'https:///x.png' }],
    [['title'], { title: 'Winter\u202Ecoupon' }],
    [['discount'], { discount: { amount: 5_000, currency: 'ZZZ' } }],
    [['price'], { price: 100 }],
    [['description'], { description: 'a\0b' }],
    [['opensAt'], { opensAt: '2030-06-30T23:59:60Z' }],
    [['closesAt'], { closesAt: '2030-06-30T10:00:00+09' }],
    [['closesAt'], { validForDays: undefined, validUntil: at(60), closesAt: at(61) }],
    [['granted'], { granted: 5 }],
    [['stock', 'title'], { stock: -1, title: 7 }],
  ])('is refused for %j: %j', async (fields, change) => {
    const before = await app.current.database.query('select count(*) from drops');
    const answer = await create({ ...couponDrop(), ...change });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const named = answer.body.errors.map((error: { field: string }) => error.field.split('.')[0]);
    for (const field of fields) expect(named).toContain(field);
    expect(await app.current.database.query('select count(*) from drops')).toEqual(before);
  });

  it.each(['0', '-1', 'x', '1e3', '99999999999999999999', '424242', '1 or 1=1', '%00'])(
    'is unknown as %j',
    async (id) => {
      expect(await read(encodeURIComponent(id))).toMatchObject({ status: 404, body: { code: 'drop_not_found' } });
      expect(await amend(encodeURIComponent(id), { title: 'x' })).toMatchObject({
        status: 404,
        body: { code: 'drop_not_found' },
      });
    },
  );

  it.each(['/v1/me/grants?cursor=', '/v1/drops?cursor='])(
    'is not listed after a place beyond all numbers: %s',
    async (path) => {
      const parts = path.includes('grants') ? ['1', '1', '9'.repeat(10)] : ['9'.repeat(18)];
      const cursor = Buffer.from(parts.join(' ')).toString('base64url');
      expect(await app.current.call('GET', path + cursor, { token: admin })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field: 'cursor' }] },
      });
    },
  );

  it('changes while it runs, but never below what is granted', async () => {
    const id = await app.current.drop({ stock: 3, perUserLimit: 3 });
    const [person] = await app.current.people(1);
    for (let press = 0; press < 2; press += 1)
      expect((await app.current.claim(id, person?.token ?? '')).status).toBe(201);
    expect(await amend(id, { stock: 1 })).toMatchObject({
      status: 409,
      body: { code: 'stock_below_granted', granted: 2, errors: [{ field: 'stock' }] },
    });
    expect(await amend(id, { opensAt: at(5) })).toMatchObject({
      status: 409,
      body: { code: 'drop_started', errors: [{ field: 'opensAt' }] },
    });
    expect(await amend(id, { stock: 2, title: 'Changed' })).toMatchObject({
      status: 200,
      body: { state: 'sold_out', remaining: 0, title: 'Changed' },
    });
    expect((await read(id)).body).toMatchObject({ state: 'sold_out', title: 'Changed' });
    expect(await app.current.claim(id, person?.token ?? '')).toMatchObject({ status: 409, body: { code: 'sold_out' } });
    expect(await amend(id, { stock: 3 })).toMatchObject({ status: 200, body: { state: 'open', remaining: 1 } });
    expect((await app.current.claim(id, person?.token ?? '')).status).toBe(201);
    expect(await amend(id, {})).toMatchObject({ status: 400 });
  });

  it('is made once, however often its making is asked for with the same key', async () => {
    const count = async () => (await app.current.database.query('select from drops')).length;
    const before = await count();
    const ask = (body: object, key = 'one-form-of-mine') =>
      app.current.call('POST', '/v1/drops', { token: admin, body, headers: { 'idempotency-key': key } });
    expect(await ask({ ...couponDrop(), stock: 0 })).toMatchObject({ status: 400 });
    // What is refused has taken no key.
    expect(await ask({ ...couponDrop(), opensAt: at(-60) })).toMatchObject({ status: 400 });
    const made = await Promise.all(Array.from({ length: 5 }, () => ask({ ...couponDrop(), title: 'Asked for often' })));
    expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    // By now too late for a new drop, and it has changed meanwhile.
    await amend(made[0]?.body.id, { title: 'Another title' });
    const again = await ask({ ...couponDrop(), opensAt: at(-60) });
    expect(again).toMatchObject({ status: 201, body: { id: made[0]?.body.id, title: 'Another title' } });
    expect(await count()).toBe(before + 1);

    expect((await ask(couponDrop(), 'another-form')).body.id).not.toBe(again.body.id);
    expect(await ask(couponDrop(), 'short')).toMatchObject({ status: 400 });
    await app.current.call('DELETE', `/v1/drops/${again.body.id}`, { token: admin });
    expect(await ask(couponDrop())).toMatchObject({ status: 404, body: { code: 'drop_not_found' } });
  });

  it('is no news when its making is asked for again: its last entry may tell of claims that nobody here has heard of', async () => {
    const headers = { 'idempotency-key': 'a-form-sent-twice' };
    const body = { ...couponDrop(), stock: 2 };
    const make = () => app.current.call('POST', '/v1/drops', { token: admin, body, headers });
    const { id } = (await make()).body;
    const [here, elsewhere] = await app.current.people(2);
    await app.current.claim(id, here?.token ?? '');
    // The last unit goes at another process, of which this one hears nothing yet.
    const claim = { userId: elsewhere?.id ?? '', requestId: 'won-elsewhere' };
    const won = await new Ledger(app.current.database, newCode).claim(id, [claim]);
    expect(won?.outcomes).toMatchObject([{ outcome: 'granted', serial: 2 }]);
    expect(await make()).toMatchObject({ status: 201, body: { id, remaining: 0 } });
    expect(await app.current.claim(id, elsewhere?.token ?? '', claim.requestId)).toMatchObject({
      status: 201,
      body: { serial: 2 },
    });
  });

  it('is cancelled once and for all; what was granted stays', async () => {
    const id = await app.current.drop();
    const [person, late] = await app.current.people(2);
    await app.current.claim(id, person?.token ?? '');
    const cancel = () => app.current.call('POST', `/v1/drops/${id}/cancel`, { token: admin });
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await cancel()).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await app.current.claim(id, late?.token ?? '')).toMatchObject({ status: 409, body: { code: 'closed' } });
    expect(await amend(id, { stock: 20 })).toMatchObject({ status: 409, body: { code: 'drop_cancelled' } });
    const mine = await app.current.call('GET', '/v1/me/grants', { token: person?.token ?? '' });
    expect(mine.body.items).toHaveLength(1);
  });

  it('is deleted only while nobody has claimed it', async () => {
    const [claimed, unclaimed] = [await app.current.drop(), await app.current.drop()];
    const [person] = await app.current.people(1);
    await app.current.claim(claimed, person?.token ?? '');
    const remove = (id: string) => app.current.call('DELETE', `/v1/drops/${id}`, { token: admin });
    expect(await remove(claimed)).toMatchObject({ status: 409, body: { code: 'drop_has_grants' } });
    expect((await remove(unclaimed)).status).toBe(204);
    expect(await remove(unclaimed)).toMatchObject({ status: 404 });
    expect((await read(unclaimed)).status).toBe(404);
  });

  it('can be audited by administrators', async () => {
    const id = await app.current.drop();
    const { status, headers, body } = await app.current.call('GET', `/v1/drops/${id}/ledger`, { token: admin });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(
      body
        .trim()
        .split('\n')
        .map((line: string) => JSON.parse(line).type),
    ).toEqual(['drop', 'entry']);
    expect(await app.current.call('GET', '/v1/drops/424242/ledger', { token: admin })).toMatchObject({ status: 404 });
  });
});

describe('the list of drops', () => {
  it('shows what can be claimed first, in pages, by kind and state', async () => {
    const open = await app.current.drop();
    const later = await app.current.drop({ opensAt: at(500) });
    const sooner = await app.current.drop({ opensAt: at(400) });
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { status: number; body: { items: { id: string }[]; next: string | null } } = await app.current.call(
        'GET',
        `/v1/drops?limit=2&cursor=${cursor}`,
      );
      expect(page.status).toBe(200);
      ids.push(...page.body.items.map((drop) => drop.id));
      cursor = page.body.next;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.indexOf(open)).toBeLessThan(ids.indexOf(sooner));
    expect(ids.indexOf(sooner)).toBeLessThan(ids.indexOf(later));

    const scheduled = await app.current.call('GET', '/v1/drops?kind=coupon&state=scheduled');
    expect(
      scheduled.body.items.every(
        (drop: { state: string; kind: string }) => drop.state === 'scheduled' && drop.kind === 'coupon',
      ),
    ).toBe(true);
    expect(scheduled.body.items.map((drop: { id: string }) => drop.id)).toEqual(
      expect.arrayContaining([sooner, later]),
    );
  });

  it.each(['limit=0', 'limit=x', 'limit=101', 'state=lost', 'kind=x', 'cursor=zzz', 'page=2'])(
    'names what is wrong in ?%s',
    async (query) => {
      const answer = await app.current.call('GET', `/v1/drops?${query}`);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field: query.split('=')[0] }] },
      });
    },
  );
});
