/** What administrators look at, over HTTP: who is in a drop, and what was paid. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../../src/adapters/sandbox-payment-method.ts';
import { hasPostgres } from '../servers/database.ts';
import { TestFleet } from './fleet.ts';
import { type Answer, type Person, RunningApp } from './running-app.ts';

describe('administration, embedded', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await RunningApp.start();
  });
  afterAll(() => app.app.close());
  administrationTests(() => app);
});

describe.skipIf(!hasPostgres)('administration, on PostgreSQL', () => {
  let fleet: TestFleet;
  let app: RunningApp;
  beforeAll(async () => {
    fleet = await TestFleet.open({ redis: false, kafka: false });
    app = await fleet.start('gateway,worker', {});
  });
  afterAll(() => fleet.close());
  administrationTests(() => app);
});

function administrationTests(current: () => RunningApp): void {
  let app: RunningApp;
  let admin = '';
  let people: Person[] = [];
  let dropId = '';
  const cardOf = (effect: string) => TEST_CARDS.find((card) => card.effect === effect)?.card;

  const look = (path: string, token = admin): Promise<Answer> => app.call('GET', path, { token });
  const inDrop = (query = ''): Promise<Answer> => look(`/v1/drops/${dropId}/people${query}`);

  async function pay(person: Person, serial: number, card: string | undefined): Promise<Answer> {
    return app.call('POST', `/v1/me/grants/${dropId}-${serial}/payments`, {
      token: person.token,
      body: { method: 'sandbox', card },
      headers: { 'idempotency-key': randomUUID() },
    });
  }

  async function allOf(path: string, limit: number, between: () => Promise<unknown> = async () => {}) {
    // biome-ignore lint/suspicious/noExplicitAny: read as the tests expect them
    const items: any[] = [];
    for (let cursor = ''; ; ) {
      const { status, body } = await look(`${path}limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      items.push(...body.items);
      if (body.next === null) return items;
      cursor = body.next;
      await between();
    }
  }

  beforeAll(async () => {
    app = current();
    admin = await app.administrator();
    people = await app.people(8);
    const { body } = await app.call('POST', '/v1/drops', {
      token: admin,
      body: { kind: 'product', title: 'A kettle', stock: 4, price: 12_900, waitingLine: true, opensAt: new Date() },
    });
    dropId = body.id;
    // One after the other: four win, four are refused, and two of those wait.
    const keys: string[] = [];
    for (const { token } of people) {
      const key = randomUUID();
      keys.push(key);
      await app.claim(dropId, token, key);
    }
    for (const place of [4, 5]) {
      const { token } = people[place] as Person;
      const claim = await app.claim(dropId, token, keys[place]);
      const line = { token, headers: { 'idempotency-key': keys[place] ?? '' } };
      // The gate refuses from memory: who waits is in the ledger.
      expect([claim.status, (await app.call('PUT', `/v1/drops/${dropId}/line`, line)).status]).toEqual([409, 200]);
    }
    const [first, second] = people as [Person, Person];
    expect(await pay(first, 1, cardOf('succeeds'))).toMatchObject({ status: 201, body: { state: 'succeeded' } });
    expect(await pay(second, 2, cardOf('declined'))).toMatchObject({ status: 201, body: { state: 'failed' } });
  });

  describe('who is in a drop', () => {
    it('is told with what they hold, and what they paid', async () => {
      const { status, body } = await inDrop();
      expect(status).toBe(200);
      expect(body.next).toBeNull();
      expect(body.items).toHaveLength(4);
      expect(body.items[0]).toEqual({
        arrival: 1,
        claimedAt: expect.any(String),
        outcome: 'granted',
        person: { id: people[0]?.id, username: people[0]?.username },
        line: null,
        grant: {
          id: `${dropId}-1`,
          serial: 1,
          state: 'confirmed',
          grantedAt: expect.any(String),
          holdUntil: expect.any(String),
          validUntil: null,
          settledAt: expect.any(String),
          reference: null,
          paying: false,
          payment: { id: expect.any(String), state: 'succeeded', amount: 12_900, currency: 'KRW' },
        },
      });
      expect(body.items[1].grant).toMatchObject({ state: 'held', payment: { state: 'failed' } });
      expect(body.items[2].grant).toMatchObject({ state: 'held', payment: null });
    });

    it('by group, by state and by name', async () => {
      const persons = async (query: string) =>
        (await inDrop(query)).body.items.map((item: { person: { id: string } }) => item.person.id);
      const ids = people.map(({ id }) => id);
      expect(await persons('?who=waiting')).toEqual(ids.slice(4, 6));
      expect((await persons('?who=refused')).slice(0, 2)).toEqual(ids.slice(4, 6));
      expect((await persons('?who=all')).slice(0, 6)).toEqual(ids.slice(0, 6));
      expect(await persons('?who=holders&state=confirmed')).toEqual([ids[0]]);
      const { body } = await inDrop(`?username=${people[5]?.username.toUpperCase()}`);
      expect(body.items).toMatchObject([{ person: { id: ids[5] }, line: { state: 'waiting', position: 2 } }]);
      expect(await persons('?username=nobody')).toEqual([]);
    });

    it.each(['all', 'refused', 'holders', 'waiting'])('goes on to the end of the list: %s', async (who) => {
      const path = `/v1/drops/${dropId}/people?who=${who}&`;
      expect(await allOf(path, 1)).toEqual(await allOf(path, 100));
    });

    it.each([
      ['state', '?who=all&state=held'],
      ['state', '?state=issued'],
      ['who', '?who=everybody'],
      ['limit', '?limit=101'],
      ['cursor', '?cursor=nonsense'],
      ['cursor', `?who=all&cursor=${Buffer.from('1').toString('base64url')}`],
      ['cursor', `?cursor=${Buffer.from('9999999999').toString('base64url')}`],
      ['cursor', `?who=waiting&cursor=${Buffer.from('-1 0').toString('base64url')}`],
      ['username', '?username='],
      ['username', `?username=${'x'.repeat(41)}`],
      ['username', '?username=a%00b'],
      ['page', '?page=2'],
    ])('names what is wrong: %s in %s', async (field, query) => {
      expect(await inDrop(query)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field }] },
      });
    });

    it.each(['0', '999999999', 'kettle', '1%27--', '9'.repeat(30)])('of a drop that there is not: %s', async (id) => {
      expect(await look(`/v1/drops/${id}/people`)).toMatchObject({ status: 404, body: { code: 'drop_not_found' } });
    });
  });

  describe('payments', () => {
    it('are told with who paid, and what the provider knows', async () => {
      const { status, body } = await look(`/v1/payments?dropId=${dropId}`);
      expect(status).toBe(200);
      const [failed, succeeded] = body.items;
      const common = {
        dropId,
        title: 'A kettle',
        method: 'sandbox',
        amount: 12_900,
        currency: 'KRW',
        refundedAt: null,
      };
      const times = { createdAt: expect.any(String), decidedAt: expect.any(String) };
      expect(succeeded).toEqual({
        ...common,
        ...times,
        id: expect.any(String),
        grantId: `${dropId}-1`,
        state: 'succeeded',
        failure: null,
        receipt: { number: `R-${dropId}-1`, url: null },
        person: { id: people[0]?.id, username: people[0]?.username },
        checks: 0,
        checkAt: null,
        providerKey: expect.any(String),
      });
      expect(failed).toMatchObject({ ...common, state: 'failed', failure: 'card_declined', receipt: null });
      expect(await look(`/v1/payments/${succeeded.id}`)).toMatchObject({ status: 200, body: succeeded });
    });

    it('by what they are, in all ways at once', async () => {
      const states = async (query: string) =>
        (await look(`/v1/payments?dropId=${dropId}&${query}`)).body.items.map((item: { state: string }) => item.state);
      expect(await states('state=failed')).toEqual(['failed']);
      expect(await states('state=pending')).toEqual([]);
      expect(await states('method=points')).toEqual([]);
      expect(await states('currency=USD')).toEqual([]);
      expect(await states(`username=${people[0]?.username.toUpperCase()}`)).toEqual(['succeeded']);
      expect(await states('username=nobody')).toEqual([]);
      expect(await states(`state=succeeded&method=sandbox&currency=KRW&username=${people[0]?.username}`)).toEqual([
        'succeeded',
      ]);
      expect((await look('/v1/payments?dropId=999999999')).body).toEqual({ items: [], next: null });
    });

    it('go on to the end of the list, while people go on paying', async () => {
      const before = await allOf(`/v1/payments?dropId=${dropId}&`, 100);
      let serial = 2;
      const paged = await allOf(`/v1/payments?dropId=${dropId}&`, 1, async () => {
        const payer = people[serial] as Person;
        serial += 1;
        if (serial <= 4) expect((await pay(payer, serial, cardOf('succeeds'))).status).toBe(201);
      });
      expect(paged).toEqual(before);
      const after = await allOf(`/v1/payments?dropId=${dropId}&`, 2);
      expect(after.slice(-2)).toEqual(before);
      expect(after).toHaveLength(3);
      const times = after.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted().toReversed());
    });

    it('whose slot has gone are not pending any more', async () => {
      const { body } = await look(`/v1/payments?dropId=${dropId}&state=succeeded`);
      const { id } = body.items[0];
      await app.database.query(
        `update payments set state = 'pending', asked_at = null, decided_at = null, check_at = now() + interval '1 hour' where id = $1`,
        [id],
      );
      expect((await look(`/v1/payments?dropId=${dropId}&state=pending`)).body.items).toEqual([]);
      expect((await look(`/v1/payments/${id}`)).body).toMatchObject({ state: 'failed', failure: 'slot_confirmed' });
    });

    it.each([
      ['state', '?state=paid'],
      ['currency', '?currency=won'],
      ['dropId', '?dropId=kettle'],
      ['method', '?method='],
      ['method', '?method=%00'],
      ['username', '?username=%00'],
      ['cursor', '?cursor=nonsense'],
      ['cursor', `?cursor=${Buffer.from("1 '--").toString('base64url')}`],
      ['page', '?page=2'],
    ])('name what is wrong: %s in %s', async (field, query) => {
      expect(await look(`/v1/payments${query}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ field }] },
      });
    });

    it.each(['none', '%00', 'x'.repeat(80), "'%3b--"])('that there are not: %s', async (id) => {
      expect(await look(`/v1/payments/${id}`)).toMatchObject({ status: 404, body: { code: 'payment_not_found' } });
    });
  });

  it.each(['/v1/payments', '/v1/payments/1', '/v1/drops/1/people'])('%s is for administrators', async (path) => {
    expect(await look(path, people[0]?.token)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await app.call('GET', path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });
}
