/** What administrators see of a sale is what people were answered: over HTTP and the socket, from the ledger and from memory, through two gateways, and through an outage. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startPostgres } from '../../ops/servers/postgres.ts';
import { hasPostgres } from '../servers/database.ts';
import { metricOf, useFleet } from './fleet.ts';
import { type Answer, RunningApp, useRunningApp } from './running-app.ts';

/** So that what waits does not take the processor from what it waits for. */
const patient = { interval: 100 };
const COUNTS = ['granted', 'soldOut', 'limitReached', 'closed', 'notOpen', 'faults', 'atGate'] as const;
type Counts = Record<(typeof COUNTS)[number], number>;

const NAMES: Record<string, keyof Counts> = {
  granted: 'granted',
  sold_out: 'soldOut',
  limit_reached: 'limitReached',
  closed: 'closed',
  not_open: 'notOpen',
};

/** What clients were told, counted as the monitor should: each claim once, however often it was repeated. */
class Told {
  readonly #known = new Set<number>();

  readonly counts: Counts = { granted: 0, soldOut: 0, limitReached: 0, closed: 0, notOpen: 0, faults: 0, atGate: 0 };

  /** A claim's answer over HTTP, or the message of the socket. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as the tests expect them
  add(answer: any): void {
    const { outcome, arrival } = answer;
    if (arrival !== undefined) {
      if (this.#known.has(arrival)) return;
      this.#known.add(arrival);
    }
    const name = NAMES[outcome];
    if (name === undefined) {
      this.counts.faults += 1;
      return;
    }
    this.counts[name] += 1;
    if (name !== 'granted' && arrival === undefined) this.counts.atGate += 1;
  }

  heard({ body }: Answer): Answer['body'] {
    this.add(body);
    return body;
  }
}

async function monitorOf(app: RunningApp, dropId: string): Promise<Answer['body']> {
  const { status, body } = await app.call('GET', `/v1/drops/${dropId}/monitor`, { token: await app.administrator() });
  expect(status).toBe(200);
  return body;
}

async function countsOf(app: RunningApp, dropId: string): Promise<Counts> {
  const { seconds } = await monitorOf(app, dropId);
  const sum = (column: number[]) => column.reduce((all, count) => all + count, 0);
  return Object.fromEntries(COUNTS.map((name) => [name, sum(seconds[name])])) as Counts;
}

describe('the monitor', () => {
  const app = useRunningApp();

  it('tells the answers that people got, each once, and who is there', async () => {
    const token = await app.current.administrator();
    const people = await app.current.people(30);
    const [one, other] = people;
    if (one === undefined || other === undefined) throw new Error('thirty people');
    const id = await app.current.drop({ stock: 5, perUserLimit: 2, waitingLine: true });
    const told = new Told();
    const socket = app.current.socket();
    await socket.authenticate(other.token);
    const press = async (person: typeof one, requestId: string = randomUUID()) =>
      told.heard(await app.current.claim(id, person.token, requestId));

    // Granted, and the same again; both units that one may have, and one more.
    const requestId = randomUUID();
    await press(one, requestId);
    await press(one, requestId);
    await press(one);
    await press(one);
    await Promise.all(people.slice(2).map((person) => press(person)));
    // Everything is sold: from memory now.
    for (let again = 0; again < 3; again += 1) await press(one);
    for (let again = 0; again < 3; again += 1) {
      const over = `socket-${again}`;
      await socket.send({ type: 'claim', dropId: id, requestId: over });
      told.add(await socket.next({ type: 'outcome', requestId: over }));
    }
    // More presses than a person can make.
    const rush = await Promise.all(Array.from({ length: 40 }, () => app.current.claim(id, one.token)));
    for (const answer of rush) told.heard(answer);
    expect(rush.some(({ status }) => status === 429)).toBe(true);
    expect(told.counts).toMatchObject({ granted: 5, limitReached: 1 });

    await expect.poll(() => countsOf(app.current, id), patient).toEqual(told.counts);
    const { totals, drop, seconds, serverTime } = await monitorOf(app.current, id);
    expect(totals).toMatchObject({ granted: 5, remaining: 0, serials: 5, arrivals: 31, states: { issued: 5 } });
    expect(drop).toMatchObject({ id, state: 'sold_out' });
    expect(seconds.granted).toHaveLength(3_600);
    expect(seconds.from + 3_599).toBeLessThan(Date.parse(serverTime) / 1000);
    const timed = seconds.p50.filter((ms: number | null) => ms !== null);
    expect(timed.length).toBeGreaterThan(0);
    for (const ms of timed) expect(ms).toBeGreaterThan(0);
    await expect
      .poll(async () => (await monitorOf(app.current, id)).fleet, patient)
      .toMatchObject({ sockets: 1, people: 1 });
    expect((await monitorOf(app.current, id)).fleet.processes).toMatchObject([
      { roles: ['gateway', 'sequencer', 'worker'], lag: null },
    ]);
    expect(await metricOf(app.current, 'doorbuster_people')).toBe(1);
    socket.close();

    const { body } = await app.current.call('GET', '/v1/dashboard?days=2&timeZone=Asia/Seoul', { token });
    // In Seoul it may be midnight meanwhile.
    const sumOf = (name: string) =>
      body.days.reduce((sum: number, day: Record<string, number>) => sum + (day[name] ?? 0), 0);
    expect({ granted: sumOf('granted'), faults: sumOf('faults') }).toEqual({ granted: 5, faults: told.counts.faults });
    expect(body.totals).toMatchObject({ granted: 5, arrivals: 31 });
  });

  it('goes on from the second that one has, and replaces what may have been late', async () => {
    const token = await app.current.administrator();
    const id = await app.current.drop();
    const ask = async (after: number) =>
      (await app.current.call('GET', `/v1/drops/${id}/monitor?after=${after}`, { token })).body.seconds;
    const { seconds } = await monitorOf(app.current, id);
    const last = seconds.from + 3_599;
    expect(await ask(last)).toMatchObject({ from: last - 5 });
    // Six that it had, and those that are new.
    await expect.poll(async () => (await ask(last)).granted.length, patient).toBeGreaterThanOrEqual(7);
    expect(await ask(last + 1_000_000)).toMatchObject({ granted: [], p50: [] });
    expect((await ask(0)).granted).toHaveLength(3_600);
  });

  it('tells of claims that came too early and too late, and of slots as they are paid', async () => {
    const [person, other] = await app.current.people(2);
    const early = await app.current.drop({ opensAt: new Date(Date.now() + 3_600_000).toISOString() });
    const told = new Told();
    told.heard(await app.current.claim(early, person?.token ?? ''));
    const late = await app.current.drop();
    await app.current.call('POST', `/v1/drops/${late}/cancel`, { token: await app.current.administrator() });
    const toldLate = new Told();
    toldLate.heard(await app.current.claim(late, person?.token ?? ''));
    toldLate.heard(await app.current.claim(late, person?.token ?? ''));
    expect([told.counts.notOpen, toldLate.counts.closed]).toEqual([1, 2]);
    await expect.poll(() => countsOf(app.current, early), patient).toEqual(told.counts);
    await expect.poll(() => countsOf(app.current, late), patient).toEqual(toldLate.counts);

    const product = { kind: 'product', title: 'A kettle', price: 700, holdMinutes: 5, discount: undefined };
    const id = await app.current.drop({ ...product, validForDays: undefined, stock: 3 });
    const { body: slot } = await app.current.claim(id, person?.token ?? '');
    const paid = await app.current.call('POST', `/v1/me/grants/${slot.grantId}/payments`, {
      ...{ token: person?.token ?? '', body: { method: 'sandbox', card: '4242424242424242' } },
      headers: { 'idempotency-key': randomUUID() },
    });
    expect(paid.body.state).toBe('succeeded');
    const { body: returned } = await app.current.claim(id, other?.token ?? '');
    await app.current.call('POST', `/v1/me/grants/${returned.grantId}/cancel`, { token: other?.token ?? '' });
    await expect
      .poll(async () => (await monitorOf(app.current, id)).totals, patient)
      .toMatchObject({
        ...{ granted: 1, remaining: 2, serials: 2, paid: { count: 1, amount: 700 }, pendingPayments: 0 },
        states: { held: 0, confirmed: 1, returned: 1 },
      });
  });

  it('is for administrators, of drops that there are, in words that are understood', async () => {
    const token = await app.current.administrator();
    const [person] = await app.current.people(1);
    const id = await app.current.drop();
    const asked = async (path: string, by?: string) =>
      (await app.current.call('GET', path, by === undefined ? {} : { token: by })).status;
    for (const path of [`/v1/drops/${id}/monitor`, '/v1/dashboard']) {
      expect([await asked(path), await asked(path, person?.token), await asked(path, token)]).toEqual([401, 403, 200]);
    }
    for (const unknown of ['999999999', 'x', '0', '-1', '1e3']) {
      const answer = await app.current.call('GET', `/v1/drops/${unknown}/monitor`, { token });
      expect(answer).toMatchObject({ status: 404, body: { code: 'drop_not_found' } });
    }
    const bad = [
      ...[`/v1/drops/${id}/monitor?after=x`, `/v1/drops/${id}/monitor?after=-1`, `/v1/drops/${id}/monitor?after=1.5`],
      ...[`/v1/drops/${id}/monitor?before=1`, '/v1/dashboard?days=0', '/v1/dashboard?days=91', '/v1/dashboard?days=x'],
      ...['/v1/dashboard?timeZone=Nowhere', '/v1/dashboard?timeZone=%2B09:00', '/v1/dashboard?timeZone='],
    ];
    for (const path of bad) {
      const { status, body } = await app.current.call('GET', path, { token });
      expect([path, status, body.code]).toEqual([path, 400, 'invalid_request']);
    }
  });

  it('counts nothing under names of drops that there are not', async () => {
    const [person] = await app.current.people(1);
    const id = await app.current.drop();
    for (const name of ['888888888', 'x', '0']) await app.current.claim(name, person?.token ?? '');
    // What was counted before it is written before it, or with it.
    await app.current.claim(id, person?.token ?? '');
    await expect.poll(async () => (await countsOf(app.current, id)).granted, patient).toBe(1);
    expect(
      await app.current.database.query('select from sale_seconds where drop_id not in (select id from drops)'),
    ).toEqual([]);
  });
});

describe('the last second', () => {
  it('is written when the process ends, and its row goes', { timeout: 60_000 }, async () => {
    const app = await RunningApp.start();
    const people = await app.people(20);
    const id = await app.drop({ stock: 4 });
    await Promise.all(people.map(({ token }) => app.claim(id, token)));
    const { database } = app;
    await expect.poll(() => database.query('select from processes'), patient).toHaveLength(1);
    const read = { quarters: [] as object[], processes: [] as object[] };
    // As late as possible: when the database is about to be closed.
    const close = database.close.bind(database);
    Object.assign(database, {
      async close() {
        read.quarters = await database.query(
          'select sum(granted)::int as granted, sum(sold_out)::int as "soldOut" from sale_quarters',
        );
        read.processes = await database.query('select from processes');
        await close();
      },
    });
    await app.app.close();
    expect(read).toEqual({ quarters: [{ granted: 4, soldOut: 16 }], processes: [] });
  });
});

describe.skipIf(!hasPostgres)('two gateways on one database', () => {
  const fleet = useFleet({ redis: false, kafka: false });

  it('are counted together, each with its sockets', async () => {
    const one = await fleet.current.start('gateway');
    const other = await fleet.current.start('gateway');
    const worker = await fleet.current.start('worker');
    const people = await one.people(60);
    const id = await one.drop({ stock: 20 });
    const told = new Told();
    const answers = await Promise.all(
      people.map(({ token }, place) => (place % 2 === 0 ? one : other).claim(id, token)),
    );
    for (const answer of answers) told.heard(answer);
    expect(told.counts.granted).toBe(20);
    const sockets = [one.socket(), other.socket(), other.socket()];
    for (const [place, socket] of sockets.entries()) await socket.authenticate(people[place]?.token);
    for (const app of [one, other]) await expect.poll(() => countsOf(app, id), patient).toEqual(told.counts);
    await expect
      .poll(async () => (await monitorOf(other, id)).fleet, patient)
      .toMatchObject({ sockets: 3, people: 3, claimsWaiting: 0, lag: null });
    const { processes } = (await monitorOf(one, id)).fleet;
    expect(processes.map(({ roles }: { roles: string[] }) => roles.join())).toEqual(['gateway', 'gateway', 'worker']);
    for (const socket of sockets) socket.close();
    expect((await worker.call('GET', '/livez')).status).toBe(200);
  });

  it('grant as many units as the drop has serials, whoever grants them, and however often somebody asks', async () => {
    const one = await fleet.current.start('gateway');
    const other = await fleet.current.start('gateway');
    await fleet.current.start('worker');
    const people = await one.people(12);
    const product = { kind: 'product', price: 100, discount: undefined, validForDays: undefined };
    const id = await one.drop({ ...product, stock: 3, waitingLine: true });
    const grants: { id: string; token: string }[] = [];
    for (const { token } of people.slice(0, 3)) {
      const key = randomUUID();
      // Again and again, at both, and at the same time.
      const { body } = await one.claim(id, token, key);
      await Promise.all([one, other, one, other].map((app) => app.claim(id, token, key)));
      grants.push({ id: body.grantId, token });
    }
    const [one1, two, three] = grants as [(typeof grants)[0], (typeof grants)[0], (typeof grants)[0]];
    for (const { token } of people.slice(3)) {
      const headers = { 'idempotency-key': randomUUID() };
      const { body } = await one.call('PUT', `/v1/drops/${id}/line`, { token, headers });
      expect(body).toMatchObject({ place: 'waiting' });
    }
    // By the gateway that takes a unit back, by the worker when a hold is over, by the worker when there is more.
    await other.call('POST', `/v1/me/grants/${one1.id}/cancel`, { token: one1.token });
    for (const { id: grant } of [two, three])
      await one.database.query(
        `update grants set granted_at = now() - interval '2 hours', hold_until = now() - interval '1 hour', expires_at = now() - interval '1 hour'
         where drop_id = $1 and serial = $2`,
        grant.split('-'),
      );
    const token = await one.administrator();
    expect((await one.call('PATCH', `/v1/drops/${id}`, { token, body: { stock: 7 } })).status).toBe(200);
    await expect.poll(async () => (await monitorOf(one, id)).totals.serials, patient).toBe(10);
    for (const app of [one, other]) await expect.poll(async () => (await countsOf(app, id)).granted, patient).toBe(10);
    const writers = await one.database.query(
      'select from sale_seconds where drop_id = $1 and granted > 0 group by process',
      [id],
    );
    expect(writers.length).toBeGreaterThanOrEqual(3);
    const [day] = await one.database.query(
      'select sum(granted)::int as granted from sale_quarters where drop_id = $1',
      [id],
    );
    expect(day).toEqual({ granted: 10 });
  });
});

describe.skipIf(!hasPostgres)('a database that is away for a moment', () => {
  it('loses none of the seconds, those of its absence included', { timeout: 60_000 }, async () => {
    const postgres = await startPostgres({ durable: true });
    if (postgres === undefined) throw new Error('PostgreSQL is there, as `hasPostgres` says');
    const app = await RunningApp.start({ DATABASE_URL: postgres.url, CLAIMS_PER_USER_PER_SECOND: '1000' });
    try {
      const people = await app.people(40);
      const id = await app.drop({ stock: 5 });
      const told = new Told();
      const crowd = async () => {
        for (const { token } of people) told.heard(await app.claim(id, token));
      };
      await crowd();
      await postgres.kill('SIGKILL');
      // Sold out: refused from memory, database or not; who won is asked after at the ledger, which is away.
      for (let second = 0; second < 4; second += 1) {
        await crowd();
        await new Promise((resolve) => setTimeout(resolve, 700));
      }
      await postgres.start();
      await crowd();
      expect(told.counts.atGate).toBeGreaterThan(100);
      await expect
        .poll(() => countsOf(app, id).catch(() => undefined), { timeout: 40_000, interval: 300 })
        .toEqual(told.counts);
      const [quarters] = await app.database.query(
        'select sum(granted)::int as granted, sum(sold_out)::int as "soldOut", sum(faults)::int as faults from sale_quarters',
      );
      const { granted, soldOut, faults } = told.counts;
      expect(quarters).toEqual({ granted, soldOut, faults });
    } finally {
      await app.app.close();
      await postgres.stop();
    }
  });
});
