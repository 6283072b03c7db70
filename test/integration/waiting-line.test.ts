/** The waiting line over HTTP and sockets. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Person, useRunningApp } from './running-app.ts';

const app = useRunningApp();
let crowd: Person[] = [];
beforeAll(async () => {
  crowd = await app.current.people(60);
});

function people(count: number): Person[] {
  if (crowd.length < count) throw new Error('the crowd is used up');
  return crowd.splice(0, count);
}

const product = { kind: 'product', price: 1000, discount: undefined, validForDays: undefined };

/** Sold out, its units in the hands of the winners, with a waiting line. */
async function soldOut(change: object = {}, winners: readonly Person[] = people(1)) {
  const dropId = await app.current.drop({ ...product, stock: winners.length, waitingLine: true, ...change });
  const grants: { id: string; token: string }[] = [];
  for (const { token } of winners) {
    const { body } = await app.current.claim(dropId, token);
    grants.push({ id: body.grantId, token });
  }
  return { dropId, grants };
}

const line = (
  method: 'PUT' | 'GET' | 'DELETE',
  dropId: string,
  { token }: Person,
  key: string = randomUUID(),
): Promise<Answer> =>
  app.current.call(method, `/v1/drops/${dropId}/line`, {
    token,
    ...(method === 'PUT' && { headers: { 'idempotency-key': key } }),
  });

const giveBack = ({ id, token }: { id: string; token: string }): Promise<Answer> =>
  app.current.call('POST', `/v1/me/grants/${id}/cancel`, { token });

async function grantsOf({ token }: Person, dropId: string): Promise<{ id: string; state: string }[]> {
  return (await app.current.call('GET', `/v1/me/grants?dropId=${dropId}`, { token })).body.items;
}

describe('the waiting line', () => {
  it('keeps the order of the claims, not of the wish to wait, and moves with each unit that comes back', async () => {
    const { dropId, grants } = await soldOut({}, people(2));
    const [alice, bob, carol] = people(3) as [Person, Person, Person];
    const keys = new Map<Person, string>();
    for (const each of [alice, bob, carol]) {
      // Not at the gate, which refuses without an arrival: in the ledger.
      const key = randomUUID();
      keys.set(each, key);
      await app.current.app.database.query('select claim($1, $2, $3, $4)', [dropId, [each.id], [key], ['x']]);
    }
    const wait = (each: Person) => line('PUT', dropId, each, keys.get(each));
    expect((await wait(carol)).body).toEqual({ place: 'waiting', arrival: 5, position: 1, waiting: 1 });
    expect((await wait(alice)).body).toEqual({ place: 'waiting', arrival: 3, position: 1, waiting: 2 });
    expect((await wait(bob)).body).toEqual({ place: 'waiting', arrival: 4, position: 2, waiting: 3 });
    expect((await wait(bob)).body).toEqual({ place: 'waiting', arrival: 4, position: 2, waiting: 3 });
    expect((await line('GET', dropId, carol)).body).toEqual({ place: 'waiting', arrival: 5, position: 3, waiting: 3 });

    const socket = app.current.socket();
    await socket.authenticate(alice.token);
    await giveBack(grants[0] as { id: string; token: string });
    const offered = await socket.next({ type: 'grant', because: 'offered' });
    expect(offered).toMatchObject({ grant: { serial: 3, state: 'held', arrival: 3 } });
    expect(await grantsOf(alice, dropId)).toMatchObject([{ id: `${dropId}-3`, state: 'held' }]);
    expect(await line('GET', dropId, alice)).toMatchObject({ status: 404, body: { code: 'not_waiting' } });
    expect((await wait(alice)).body).toEqual({ place: 'offered', arrival: 3, grantId: `${dropId}-3` });
    expect((await line('GET', dropId, bob)).body).toMatchObject({ position: 1, waiting: 2 });
    expect((await app.current.call('GET', `/v1/drops/${dropId}`)).body).toMatchObject({
      ...{ state: 'sold_out', remaining: 0, waiting: 2, waitingLine: true },
    });
    socket.close();
  });

  it('tells everybody their place as it changes, and when they are no longer in it', async () => {
    const { dropId, grants } = await soldOut();
    const [alice, bob] = people(2) as [Person, Person];
    for (const each of [alice, bob]) await line('PUT', dropId, each);
    const sockets = [alice, bob].map(() => app.current.socket());
    for (const [place, socket] of sockets.entries()) {
      await socket.authenticate([alice, bob][place]?.token);
      await socket.send({ type: 'watch', dropIds: [dropId] });
    }
    expect(await sockets[1]?.next({ type: 'line', position: 2 })).toMatchObject({ dropId, waiting: 2 });
    // Whoever comes later hears it, too, though nothing has changed; also as somebody else.
    const late = app.current.socket();
    for (const [person, position] of [
      [bob, 2],
      [alice, 1],
    ] as const) {
      await late.authenticate(person.token);
      await late.send({ type: 'watch', dropIds: [dropId] });
      expect(await late.next({ type: 'line', position })).toMatchObject({ dropId, waiting: 2 });
    }
    late.close();
    await giveBack(grants[0] as { id: string; token: string });
    expect(await sockets[0]?.next({ type: 'line', position: null })).toMatchObject({ dropId, waiting: 1 });
    expect(await sockets[1]?.next({ type: 'line', position: 1 })).toMatchObject({ dropId, waiting: 1 });
    for (const socket of sockets) socket.close();
  });

  it('moves on when an offer is let go: by hand, and by time', async () => {
    const { dropId, grants } = await soldOut({ holdMinutes: 0.1 });
    const waiting = people(3) as [Person, Person, Person];
    for (const each of waiting) await line('PUT', dropId, each);
    await giveBack(grants[0] as { id: string; token: string });
    const [first] = await grantsOf(waiting[0], dropId);
    await giveBack({ id: first?.id ?? '', token: waiting[0].token });
    expect(await grantsOf(waiting[1], dropId)).toMatchObject([{ state: 'held' }]);
    // The second one has walked away.
    await expect.poll(() => grantsOf(waiting[2], dropId)).toMatchObject([{ state: 'held' }]);
    expect(await grantsOf(waiting[1], dropId)).toMatchObject([{ state: 'expired' }]);
  });

  it('lets nobody overtake: a newcomer is refused while units are on their way to the line', async () => {
    const { dropId } = await soldOut();
    const [alice, bob] = people(2) as [Person, Person];
    await line('PUT', dropId, alice);
    await app.current.call('PATCH', `/v1/drops/${dropId}`, {
      token: await app.current.administrator(),
      body: { stock: 2 },
    });
    expect((await app.current.claim(dropId, bob.token)).body).toMatchObject({ code: 'sold_out' });
    await expect.poll(() => grantsOf(alice, dropId)).toMatchObject([{ state: 'held' }]);
  });

  it('is left by who asks, and joined again', async () => {
    const { dropId, grants } = await soldOut();
    const [alice, bob] = people(2) as [Person, Person];
    for (const each of [alice, bob]) await line('PUT', dropId, each);
    expect((await line('DELETE', dropId, alice)).status).toBe(204);
    expect((await line('DELETE', dropId, alice)).status).toBe(204);
    expect((await line('GET', dropId, bob)).body).toMatchObject({ position: 1 });
    expect((await line('PUT', dropId, alice)).body).toMatchObject({ position: 2 });
    await giveBack(grants[0] as { id: string; token: string });
    expect(await grantsOf(bob, dropId)).toMatchObject([{ state: 'held' }]);
  });

  it('gives a second turn for a new request only', async () => {
    const { dropId, grants } = await soldOut();
    const [alice] = people(1) as [Person];
    const key = randomUUID();
    await line('PUT', dropId, alice, key);
    await giveBack(grants[0] as { id: string; token: string });
    const [mine] = await grantsOf(alice, dropId);
    await giveBack({ id: mine?.id ?? '', token: alice.token });
    expect((await line('PUT', dropId, alice, key)).body).toMatchObject({ place: 'offered', grantId: mine?.id });
    expect(await line('PUT', dropId, alice)).toMatchObject({ status: 201, body: { outcome: 'granted' } });
  });

  it('is a claim for who has not claimed yet: a unit that is there is theirs', async () => {
    const dropId = await app.current.drop({ ...product, stock: 1, waitingLine: true });
    const [alice, bob] = people(2) as [Person, Person];
    expect(await line('PUT', dropId, alice)).toMatchObject({ status: 201, body: { outcome: 'granted', serial: 1 } });
    expect((await line('PUT', dropId, bob)).body).toMatchObject({ place: 'waiting', arrival: 2, position: 1 });
  });

  it('takes no claim of who waits already, or where there is nothing to wait for', async () => {
    const arrivals = async (dropId: string): Promise<string | undefined> => {
      const [row] = await app.current.database.query<{ arrivals: string }>('select arrivals from drops where id = $1', [
        dropId,
      ]);
      return row?.arrivals;
    };
    const { dropId } = await soldOut();
    const [alice] = people(1) as [Person];
    for (let press = 0; press < 3; press += 1) {
      expect((await line('PUT', dropId, alice)).body).toMatchObject({ place: 'waiting', arrival: 2, position: 1 });
    }
    expect(await arrivals(dropId)).toBe('2');
    const without = await soldOut({ waitingLine: false });
    await line('PUT', without.dropId, alice);
    await app.current.call('POST', `/v1/drops/${dropId}/cancel`, { token: await app.current.administrator() });
    const [bob] = people(1) as [Person];
    await line('PUT', dropId, bob);
    expect([await arrivals(dropId), await arrivals(without.dropId)]).toEqual(['2', '1']);
    expect(await line('GET', dropId, alice)).toMatchObject({ status: 404, body: { code: 'not_waiting' } });
  });

  it('gives coupons with codes of their own', async () => {
    const coupon = { kind: 'coupon', price: undefined, discount: { percent: 5 }, validForDays: 3 };
    const { dropId, grants } = await soldOut(coupon);
    const [alice] = people(1) as [Person];
    await line('PUT', dropId, alice);
    await giveBack(grants[0] as { id: string; token: string });
    const [mine] = (await app.current.call('GET', `/v1/me/grants?dropId=${dropId}`, { token: alice.token })).body.items;
    expect(mine).toMatchObject({ state: 'usable', serial: 2 });
    expect(mine.code).toMatch(/^[0-9A-Z]{12}$/);
  });

  it('refuses whom it cannot serve, and says why', async () => {
    const { dropId, grants } = await soldOut();
    const winner = { id: '', username: '', token: grants[0]?.token ?? '' };
    const [alice] = people(1) as [Person];
    expect(await line('PUT', dropId, winner)).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    const without = await soldOut({ waitingLine: false });
    expect(await line('PUT', without.dropId, alice)).toMatchObject({ status: 409, body: { code: 'no_waiting_line' } });
    const later = await app.current.drop({ ...product, waitingLine: true, opensAt: new Date(Date.now() + 60_000) });
    expect(await line('PUT', later, alice)).toMatchObject({ status: 425, body: { code: 'not_open' } });
    await app.current.call('POST', `/v1/drops/${dropId}/cancel`, { token: await app.current.administrator() });
    expect(await line('PUT', dropId, alice)).toMatchObject({ status: 409, body: { code: 'closed' } });
    for (const id of ['999999', 'x', '0']) {
      expect(await line('PUT', id, alice)).toMatchObject({ status: 404, body: { code: 'drop_not_found' } });
    }
    expect((await line('PUT', dropId, alice, 'short')).status).toBe(400);
    expect((await app.current.call('PUT', `/v1/drops/${dropId}/line`)).status).toBe(401);
  });
});
