import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { couponDrop, type Person, useRunningApp } from './running-app.ts';

const app = useRunningApp();
let crowd: Person[] = [];
beforeAll(async () => {
  crowd = await app.current.people(60);
});

function person(): Person {
  const next = crowd.pop();
  if (!next) throw new Error('the crowd is used up');
  return next;
}

type Way = (dropId: string, token: string, requestId: string) => Promise<Record<string, unknown>>;

/** The three ways of a claim. A body, though ignored, keeps a request out of the fast lane. */
const WAYS: [string, Way][] = [
  ['HTTP, fast lane', async (dropId, token, requestId) => (await app.current.claim(dropId, token, requestId)).body],
  [
    'HTTP, route',
    async (dropId, token, requestId) => (await app.current.claim(dropId, token, requestId, { body: {} })).body,
  ],
  [
    'the socket',
    async (dropId, token, requestId) => {
      const socket = app.current.socket();
      await socket.authenticate(token);
      await socket.send({ type: 'claim', dropId, requestId });
      const answer = await Promise.race([
        socket.next({ type: 'outcome', requestId }),
        socket.next({ type: 'error', requestId }),
      ]);
      socket.close();
      return answer;
    },
  ],
];

/** What a claim's answer says, whichever way it came. */
function substance({
  outcome,
  code,
  dropId,
  requestId,
  grantId,
  serial,
  arrival,
  validUntil,
  holdUntil,
  opensAt,
}: Record<string, unknown>) {
  const isCoupon = typeof code === 'string' && /^[0-9A-Z]{12}$/.test(code);
  return {
    outcome,
    dropId,
    requestId,
    grantId,
    serial,
    arrival,
    validUntil,
    holdUntil,
    opensAt,
    ...(isCoupon && { code }),
  };
}

describe.each(WAYS)('a claim over %s', (_name, claim) => {
  it('is granted, and its repeat gets the same answer over every way', async () => {
    const id = await app.current.drop();
    const { token } = person();
    const requestId = randomUUID();
    const first = await claim(id, token, requestId);
    expect(first).toMatchObject({
      outcome: 'granted',
      dropId: id,
      requestId,
      grantId: `${id}-1`,
      serial: 1,
      arrival: 1,
    });
    expect(first['code']).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/);
    for (const [, again] of WAYS) expect(substance(await again(id, token, requestId))).toEqual(substance(first));
    const asked = await app.current.call('GET', `/v1/drops/${id}/claims/${requestId}`, { token });
    expect(asked.status).toBe(200);
    expect(substance(asked.body)).toEqual(substance(first));
  });

  it('is refused with the arrival when the ledger refuses it, and so is its repeat', async () => {
    const id = await app.current.drop({ stock: 5, perUserLimit: 1 });
    const { token } = person();
    await claim(id, token, randomUUID());
    const requestId = randomUUID();
    const refused = await claim(id, token, requestId);
    expect(refused).toMatchObject({ outcome: 'limit_reached', dropId: id, requestId, arrival: 2 });
    for (const [, again] of WAYS) expect(substance(await again(id, token, requestId))).toEqual(substance(refused));
  });

  it('is refused at the gate once sold out, but a winner’s repeat still gets its grant', async () => {
    const id = await app.current.drop({ stock: 1 });
    const [winner, late] = [person(), person()];
    const requestId = randomUUID();
    const grant = await claim(id, winner.token, requestId);
    const refused = await claim(id, late.token, randomUUID());
    expect(refused).toMatchObject({ outcome: 'sold_out' });
    expect(refused).not.toHaveProperty('arrival');
    expect(substance(await claim(id, winner.token, requestId))).toEqual(substance(grant));
  });

  it('is too early before the opening', async () => {
    const opensAt = new Date(Date.now() + 60_000).toISOString();
    const id = await app.current.drop({ opensAt });
    expect(await claim(id, person().token, randomUUID())).toMatchObject({ outcome: 'not_open', dropId: id, opensAt });
  });

  it.each(['424242', 'nonsense', '0'])('finds no drop %s', async (dropId) => {
    expect(await claim(dropId, person().token, randomUUID())).toMatchObject({ code: 'drop_not_found' });
  });
});

describe('claims over HTTP', () => {
  it('answer with the status of each outcome', async () => {
    const id = await app.current.drop({ stock: 1, perUserLimit: 1 });
    const [winner, late] = [person(), person()];
    expect((await app.current.claim(id, winner.token)).status).toBe(201);
    const refused = await app.current.claim(id, late.token);
    expect(refused).toMatchObject({ status: 409, body: { status: 409, code: 'sold_out', title: 'Sold out' } });
    expect(refused.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const early = await app.current.drop({ opensAt: new Date(Date.now() + 60_000).toISOString() });
    expect(await app.current.claim(early, late.token)).toMatchObject({ status: 425, body: { code: 'not_open' } });
  });

  it.each(['', 'short', 'x'.repeat(65), 'with space', 'ünïcödé-key', '"quoted-key"'])(
    'need a proper key, not %j',
    async (key) => {
      const id = await app.current.drop();
      const headers = key === '' ? {} : { 'idempotency-key': Buffer.from(key).toString('latin1') };
      const answer = await app.current.call('POST', `/v1/drops/${id}/claims`, { token: person().token, headers });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field: 'Idempotency-Key' }] },
      });
    },
  );

  it('are read the same in whatever case their headers come, and refused when a header comes twice', async () => {
    const { request } = await import('node:http');
    const id = await app.current.drop();
    const { token } = person();
    const press = (headers: string[]) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(
          `${app.current.url}/v1/drops/${id}/claims`,
          { method: 'POST', headers: ['host', 'x', 'Content-Length', '0', ...headers] },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        )
          .on('error', reject)
          .end();
      });
    const authorization = ['AUTHORIZATION', `Bearer ${token}`];
    expect(await press([...authorization, 'Idempotency-KEY', 'request-1'])).toBe(201);
    expect(await press([...authorization, 'idempotency-key', 'request-1', 'idempotency-key', 'request-2'])).toBe(400);
    expect(await press(authorization)).toBe(400);
    expect(await press(['idempotency-key', 'request-1'])).toBe(401);
  });

  it.each(['', 'nonsense', 'a.b.c'])('need a valid token, not %j', async (token) => {
    expect(await app.current.claim('1', token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('take no body over 64 KiB', async () => {
    const id = await app.current.drop();
    const answer = await app.current.claim(id, person().token, randomUUID(), {
      text: JSON.stringify('x'.repeat(70_000)),
    });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('count the same request, sent many times at once, as one', async () => {
    const id = await app.current.drop({ stock: 5 });
    const { token } = person();
    const requestId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.current.claim(id, token, requestId)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect((await app.current.call('GET', `/v1/drops/${id}`)).body.remaining).toBe(4);
  });

  it('are known only to whoever made them', async () => {
    const id = await app.current.drop();
    const [mine, other] = [person(), person()];
    const requestId = randomUUID();
    const { body } = await app.current.claim(id, mine.token, requestId);
    expect(await app.current.call('GET', `/v1/drops/${id}/claims/${requestId}`, { token: other.token })).toMatchObject({
      status: 404,
      body: { code: 'claim_not_found' },
    });
    expect(await app.current.call('GET', `/v1/me/grants/${body.grantId}`, { token: other.token })).toMatchObject({
      status: 404,
      body: { code: 'grant_not_found' },
    });
  });
});

describe('an overloaded server', () => {
  const busy = useRunningApp({ CLAIM_QUEUE_MAX: '3', CLAIM_BATCH_MAX: '1' });

  it('says 503 and when to come back, and loses nothing', async () => {
    const people = await busy.current.people(20);
    const id = await busy.current.drop({ stock: 20 });
    // The first claim opens the gate, so that the others meet the queue in one turn.
    await busy.current.claim(id, people.pop()?.token ?? '');
    const presses = people.map(({ token }) => ({ token, requestId: randomUUID() }));
    const claim = ({ token, requestId }: (typeof presses)[number]) => busy.current.claim(id, token, requestId);
    const answers = await Promise.all(presses.map(claim));
    const refused = answers.filter((answer) => answer.status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect(answer.body.code).toBe('overloaded');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    for (const press of presses) expect((await claim(press)).status).toBe(201);
    expect((await busy.current.call('GET', `/v1/drops/${id}`)).body).toMatchObject({ remaining: 0 });
  });
});

describe('my grants', () => {
  it('are there as soon as the grant is told', async () => {
    const [coupons, slots] = [
      await app.current.drop(),
      await app.current.drop({ ...productDrop(), discount: undefined, validForDays: undefined }),
    ];
    const { token } = person();
    const { body: coupon } = await app.current.claim(coupons, token);
    const { body: slot } = await app.current.claim(slots, token);
    const mine = await app.current.call('GET', '/v1/me/grants', { token });
    expect(mine.body).toMatchObject({
      items: [
        {
          id: slot.grantId,
          kind: 'product',
          state: 'held',
          holdUntil: slot.holdUntil,
          price: 1000,
          currency: 'KRW',
          code: null,
        },
        {
          id: coupon.grantId,
          kind: 'coupon',
          state: 'usable',
          code: coupon.code,
          validUntil: coupon.validUntil,
          discount: { percent: 10 },
        },
      ],
      next: null,
    });
    expect((await app.current.call('GET', `/v1/me/grants/${coupon.grantId}`, { token })).body).toEqual(
      mine.body.items[1],
    );
  });

  it('are told apart: usable, used, expired', async () => {
    const id = await app.current.drop({ stock: 3, perUserLimit: 3 });
    const { token } = person();
    for (let press = 0; press < 3; press += 1) await app.current.claim(id, token);
    await app.current.database.query(
      `update grants set state = 'used', settled_at = now() where drop_id = $1 and serial = 1`,
      [id],
    );
    await app.current.database.query(
      `update grants set expires_at = now(), valid_until = now() where drop_id = $1 and serial = 2`,
      [id],
    );
    for (const [state, serial] of [
      ['used', 1],
      ['expired', 2],
      ['usable', 3],
    ] as const) {
      const { body } = await app.current.call('GET', `/v1/me/grants?kind=coupon&state=${state}`, { token });
      expect(body.items).toMatchObject([{ serial, state }]);
    }
  });

  it('can be asked for by drop', async () => {
    const [one, other] = [await app.current.drop(), await app.current.drop()];
    const { token } = person();
    for (const id of [one, other]) await app.current.claim(id, token);
    const { body } = await app.current.call('GET', `/v1/me/grants?dropId=${one}`, { token });
    expect(body.items).toMatchObject([{ dropId: one }]);
    const wrong = await app.current.call('GET', '/v1/me/grants?dropId=x', { token });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ field: 'dropId' }] } });
  });

  it('come in pages, each grant once', async () => {
    const id = await app.current.drop({ stock: 7, perUserLimit: 7 });
    const { token } = person();
    for (let press = 0; press < 7; press += 1) await app.current.claim(id, token);
    const serials: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body }: { body: { items: { serial: number }[]; next: string | null } } = await app.current.call(
        'GET',
        `/v1/me/grants?limit=3&cursor=${cursor}`,
        { token },
      );
      serials.push(...body.items.map((grant) => grant.serial));
      cursor = body.next;
    }
    expect(serials).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });
});

function productDrop() {
  const { kind: _kind, ...common } = couponDrop();
  return { ...common, kind: 'product', price: 1000 };
}
