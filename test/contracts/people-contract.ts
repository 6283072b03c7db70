/** Who is in a drop: each list against what the tables say, page by page, while things change. */
import { beforeAll, describe, expect, it } from 'vitest';
import { newCode } from '../../src/coupons/code.ts';
import type { Database, Queryable } from '../../src/database/database.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { type PeopleFilter, peopleIn } from '../../src/people/people.ts';
import { loggedIn, type PersonInDrop } from '../../src/people/store.ts';
import { openDrop } from './grant-ledger-stage.ts';

/** Beyond the numbers that accounts of these tests get, but for those that have a name. */
const STRANGERS = 1_000_000;

class World {
  readonly dropId: string;
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly grants: GrantLedger;

  static async open(database: Database, plan: Partial<Parameters<typeof openDrop>[1]> = {}): Promise<World> {
    const dropId = await openDrop(database, { kind: 'product', stock: 5, limit: 1, line: true, ...plan });
    return new World(database, dropId);
  }

  private constructor(database: Database, dropId: string) {
    this.#database = database;
    this.dropId = dropId;
    this.#ledger = new Ledger(database, newCode);
    this.grants = new GrantLedger(database, newCode);
  }

  /** In batches of these sizes, by the people from `first` on. */
  async claim(first: number, ...sizes: number[]): Promise<void> {
    let next = first;
    for (const size of sizes) {
      const requests = Array.from({ length: size }, () => {
        next += 1;
        return { userId: String(next - 1), requestId: `request-of-${next - 1}` };
      });
      await this.#ledger.claim(this.dropId, requests);
    }
  }

  claimAgain(user: number): Promise<unknown> {
    return this.#ledger.claim(this.dropId, [{ userId: String(user), requestId: `again-${user}` }]);
  }

  wait(...users: number[]): Promise<unknown> {
    const requests = users.map((user) => ({ userId: String(user), requestId: `request-of-${user}` }));
    return this.grants.wait(this.dropId, requests);
  }

  release(serial: number, user: number): Promise<unknown> {
    return this.grants.release([{ dropId: this.dropId, serial, userId: String(user) }]);
  }

  page(filter: Partial<PeopleFilter>) {
    return peopleIn(this.#database, this.dropId, { who: 'all', limit: 50, ...filter });
  }

  /** All pages of a list; `between` happens after each. */
  async all(filter: Partial<PeopleFilter>, between: (pages: number) => Promise<unknown> = async () => {}) {
    const people: PersonInDrop[] = [];
    let after: readonly string[] | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await this.page({ ...filter, ...(after && { after }) });
      people.push(...page.people);
      if (page.next === null) return people;
      if (pages > 500) throw new Error('the list has no end');
      after = page.next.map(String);
      await between(pages);
    }
  }

  async arrivals(condition: string): Promise<number[]> {
    const rows = await this.#database.query<{ arrival: string }>(
      `select arrival from claims where drop_id = $1 and ${condition} order by arrival`,
      [this.dropId],
    );
    return rows.map(({ arrival }) => Number(arrival));
  }
}

const arrivalsOf = (people: readonly PersonInDrop[]) => people.map(({ arrival }) => arrival);
const serialsOf = (people: readonly PersonInDrop[]) => people.map(({ grant }) => grant?.serial);
const LIMITS = [1, 3, 7, 100];

export function peopleContract(adapter: string, databaseOf: () => Database): void {
  describe(`contract: people in a drop on ${adapter}`, () => {
    let database: Database;
    let world: World;

    beforeAll(async () => {
      database = databaseOf();
      world = await World.open(database);
      // 1 to 5 win, 6 to 40 come too late; 6 to 12 wait, 8 leaves, 2 gives their unit back, which 6 gets; 1 has had enough.
      await world.claim(1, 1, 3, 9, 1, 20, 6);
      await world.wait(6, 7, 8, 9, 10, 11, 12);
      await world.grants.leave(world.dropId, '8');
      await world.release(2, 2);
      await world.claimAgain(1);
    });

    it.each(LIMITS)('all, %d at a time, come in the order of their arrival', async (limit) => {
      const people = await world.all({ who: 'all', limit });
      expect(arrivalsOf(people)).toEqual(await world.arrivals('true'));
      expect(people.map(({ person }) => person.id)).toEqual([
        ...Array.from({ length: 40 }, (_, n) => String(n + 1)),
        '1',
      ]);
      expect(people.map(({ outcome }) => outcome).slice(0, 7)).toEqual([
        ...Array.from({ length: 5 }, () => 'granted'),
        ...['sold_out', 'sold_out'],
      ]);
    });

    it.each(LIMITS)('the refused, %d at a time, are those without a unit', async (limit) => {
      const people = await world.all({ who: 'refused', limit });
      expect(arrivalsOf(people)).toEqual(await world.arrivals('serial is null'));
      expect(people.every(({ grant }) => grant === null)).toBe(true);
      expect(arrivalsOf(people)).not.toContain(6);
      expect(people.at(-1)).toMatchObject({ outcome: 'limit_reached', person: { id: '1' }, line: null });
    });

    it.each(LIMITS)(
      'the holders, %d at a time, come by their serials, whatever has become of their units',
      async (limit) => {
        const people = await world.all({ who: 'holders', limit });
        expect(serialsOf(people)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(people[1]).toMatchObject({
          person: { id: '2' },
          grant: { state: 'returned', paying: false, payment: null },
        });
        expect(people[5]).toMatchObject({
          arrival: 6,
          outcome: 'sold_out',
          line: { state: 'offered', position: null },
          grant: { id: `${world.dropId}-6`, state: 'held', holdUntil: expect.any(String), validUntil: null },
        });
      },
    );

    it.each(LIMITS)('those who wait, %d at a time, come head first, and know their places', async (limit) => {
      const people = await world.all({ who: 'waiting', limit });
      expect(people.map(({ person, line }) => [person.id, line?.position])).toEqual([
        ['7', 1],
        ['9', 2],
        ['10', 3],
        ['11', 4],
        ['12', 5],
      ]);
      expect(people[0]).toMatchObject({ arrival: 7, outcome: 'sold_out', grant: null, line: { state: 'waiting' } });
    });

    it('units are found by their state', async () => {
      expect(serialsOf(await world.all({ who: 'holders', state: 'returned', limit: 1 }))).toEqual([2]);
      expect(serialsOf(await world.all({ who: 'holders', state: 'held', limit: 2 }))).toEqual([1, 3, 4, 5, 6]);
      expect(await world.all({ who: 'holders', state: 'confirmed' })).toEqual([]);
    });

    it('one person is found by name, in capital or small letters, with every claim and their place', async () => {
      const named = await World.open(database, { stock: 2 });
      const rows = await database.query<{ id: string }>(
        `insert into accounts (username, email, password_hash)
         select name, name || '@example.com', '!' from unnest(array['Ann', 'ben', 'cleo']) name returning id`,
      );
      const [ann = 0, ben = 0, cleo = 0] = rows.map(({ id }) => Number(id));
      await named.claim(ann, 1);
      await named.claimAgain(ann);
      await named.claim(STRANGERS, 3);
      await named.claim(ben, 1);
      await named.wait(STRANGERS + 1, ben);
      const username = 'aNN';
      const people = await named.all({ username, limit: 1 });
      expect(people).toMatchObject([
        { arrival: 1, outcome: 'granted', person: { id: String(ann), username: 'Ann' }, grant: { serial: 1 } },
        { arrival: 2, outcome: 'limit_reached', grant: null },
      ]);
      expect(arrivalsOf(await named.all({ who: 'waiting', username }))).toEqual([1, 2]);
      expect(arrivalsOf(await named.all({ username, state: 'held' }))).toEqual([1]);
      expect(await named.all({ username, state: 'returned' })).toEqual([]);
      expect((await named.page({ username: 'ben' })).people).toMatchObject([
        { line: { state: 'waiting', position: 2 } },
      ]);
      expect(await named.all({ username: 'cleo' })).toEqual([]);
      expect(cleo).toBeGreaterThan(ben);
      expect(await named.all({ username: 'nobody' })).toEqual([]);
      // Whoever has no account (any more) has no name.
      const nameless = (await named.page({ who: 'holders' })).people[1]?.person;
      expect(nameless).toEqual({ id: String(STRANGERS), username: null });
    });

    it('a coupon past its validity reads as expired, before anybody has written so', async () => {
      const coupons = await World.open(database, { kind: 'coupon', stock: 2 });
      await coupons.claim(STRANGERS, 2);
      await database.query(
        `update grants set expires_at = clock_timestamp(), valid_until = clock_timestamp() where drop_id = $1 and serial = 1`,
        [coupons.dropId],
      );
      expect(serialsOf(await coupons.all({ who: 'holders', state: 'expired' }))).toEqual([1]);
      const [usable] = await coupons.all({ who: 'holders', state: 'usable' });
      expect(usable?.grant).toMatchObject({
        serial: 2,
        state: 'usable',
        validUntil: expect.any(String),
        holdUntil: null,
      });
    });

    it('a drop in which nobody is has nobody', async () => {
      const empty = await World.open(database);
      for (const who of ['holders', 'waiting', 'refused', 'all'] as const) {
        expect(await empty.page({ who })).toEqual({ people: [], next: null });
      }
    });

    it('who comes while one pages is seen at the end, and nobody twice or not at all', async () => {
      const busy = await World.open(database, { stock: 30 });
      await busy.claim(STRANGERS, 20);
      let next = STRANGERS + 20;
      const more = async (pages: number) => {
        if (pages > 12) return;
        await busy.claim(next, 2, 1);
        next += 3;
      };
      const all = await busy.all({ who: 'all', limit: 3 }, more);
      expect(arrivalsOf(all)).toEqual(await busy.arrivals('true'));
      const refused = await busy.all({ who: 'refused', limit: 2 }, async (pages) => {
        if (pages === 1) await busy.wait(STRANGERS + 30, STRANGERS + 40);
        // The first of those refused, whom we have seen, gets a unit, and so does one whom we have not.
        if (pages === 2) await busy.release(1, STRANGERS);
        if (pages === 3) await busy.release(2, STRANGERS + 1);
      });
      const without = await busy.arrivals('serial is null');
      expect(arrivalsOf(refused).filter((arrival) => arrival !== 31)).toEqual(without);
      expect(arrivalsOf(refused)).not.toContain(41);
    });

    it('who has waited ahead and got a unit is missing from the line; nobody else is', async () => {
      const line = await World.open(database, { stock: 3 });
      await line.claim(STRANGERS, 13);
      await line.wait(...Array.from({ length: 10 }, (_, n) => STRANGERS + 3 + n));
      const people = await line.all({ who: 'waiting', limit: 4 }, async (pages) => {
        if (pages === 1) await line.release(1, STRANGERS);
      });
      expect(arrivalsOf(people)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
      expect(people.at(-1)?.line?.position).toBe(10);
      expect((await line.page({ who: 'waiting', limit: 1 })).people[0]).toMatchObject({
        arrival: 5,
        line: { position: 1 },
      });
    });

    it('what is rare is found behind much that is not', async () => {
      const large = await World.open(database, { kind: 'coupon', stock: 3_000, limit: 1 });
      // More entries than one statement looks at.
      await large.claim(STRANGERS, ...Array.from({ length: 600 }, () => 5));
      await large.claim(STRANGERS + 3_000, 3);
      await large.release(2_900, STRANGERS + 2_899);
      expect(arrivalsOf((await large.page({ who: 'refused', limit: 2 })).people)).toEqual([3_001, 3_002]);
      expect(serialsOf(await large.all({ who: 'holders', state: 'cancelled' }))).toEqual([2_900]);
    });

    it('entries without anybody who was refused are not taken apart', async () => {
      const large = await World.open(database, { kind: 'coupon', stock: 1_000, limit: 1 });
      await large.claim(STRANGERS, ...Array.from({ length: 200 }, () => 5));
      await large.claim(STRANGERS + 1_000, 3);
      const taken: string[] = [];
      const watched: Queryable = {
        execute: (script) => database.execute(script),
        async query(text, parameters) {
          if (text.includes('json_array_elements_text')) {
            const lines = await database.query<{ 'QUERY PLAN': string }>(
              `explain (analyze, timing off) ${text}`,
              parameters,
            );
            const [, loops = ''] = /Function Scan on t .*loops=(\d+)/.exec(JSON.stringify(lines)) ?? [];
            taken.push(loops);
          }
          return database.query(text, parameters);
        },
      };
      const wanted = { refused: true, afterArrival: '0', from: 1, to: 202, limit: 50 };
      expect(arrivalsOf((await loggedIn(watched, large.dropId, wanted)).found)).toEqual([1_001, 1_002, 1_003]);
      expect(taken).toEqual(['1']);
    });
  });
}
