/** The life of notifications in a few lines, and any course of events: what is stored must be what this says. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { cancel } from '../../src/notifications/notify.ts';
import { NotificationWorld, notice, soon } from './notification-world.ts';

const PEOPLE = 3;
const KEYS = ['a', 'b', 'c'];
const HOUR_MS = 3_600_000;
const RUNS = 40;

interface About {
  readonly person: number;
  readonly key: string;
}

type Act =
  | { readonly act: 'notify'; readonly about: readonly (About & { readonly inHours: number })[] }
  | { readonly act: 'cancel'; readonly about: readonly About[] }
  | { readonly act: 'hours pass'; readonly hours: number; readonly workers: number };

const about = { person: fc.nat(PEOPLE - 1), key: fc.constantFrom(...KEYS) };
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      act: fc.constant('notify' as const),
      about: fc.array(fc.record({ ...about, inHours: fc.constantFrom(0, 0, 1, 2, 5) }), { minLength: 1, maxLength: 6 }),
    }),
    fc.record({
      act: fc.constant('cancel' as const),
      about: fc.array(fc.record(about), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      act: fc.constant('hours pass' as const),
      hours: fc.integer({ min: 1, max: 3 }),
      workers: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  { maxLength: 14 },
);

class Model {
  readonly #life = new Map<string, { state: 'scheduled' | 'told' | 'cancelled'; inHours: number }>();
  /** How many messages each person has got. */
  readonly messages = Array<number>(PEOPLE).fill(0);

  do(act: Act): void {
    if (act.act === 'hours pass') {
      for (const [name, life] of this.#life) {
        life.inHours -= act.hours;
        if (life.state === 'scheduled' && life.inHours <= 0) this.#tell(Number(name[0]), name, life.inHours);
      }
      return;
    }
    for (const each of act.about) {
      const name = `${each.person} ${each.key}`;
      const life = this.#life.get(name);
      if (act.act === 'cancel' && life?.state === 'scheduled') life.state = 'cancelled';
      if (!('inHours' in each) || life !== undefined) continue;
      if (each.inHours > 0) this.#life.set(name, { state: 'scheduled', inHours: each.inHours });
      else this.#tell(each.person, name, 0);
    }
  }

  stateOf(person: number): Record<string, string> {
    const own = [...this.#life].filter(([name]) => name.startsWith(`${person} `));
    return Object.fromEntries(own.map(([name, { state }]) => [name.slice(2), state]));
  }

  #tell(person: number, name: string, inHours: number): void {
    this.#life.set(name, { state: 'told', inHours });
    this.messages[person] = (this.messages[person] ?? 0) + 1;
  }
}

export function notifyModel(adapter: string, databaseOf: () => Database): void {
  it(`whatever happens on ${adapter}, each is told once, at its hour, unless it was cancelled before`, {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (course) => {
        const world = new NotificationWorld(databaseOf());
        const model = new Model();
        const people = await Promise.all(Array.from({ length: PEOPLE }, () => world.person()));
        const idOf = (person: number): string => people[person] ?? '';
        for (const act of course) {
          model.do(act);
          if (act.act === 'notify') {
            await world.notify(
              act.about.map(({ person, key, inHours }) =>
                notice(idOf(person), key, 'back_in_stock', inHours > 0 ? soon(inHours * HOUR_MS) : undefined),
              ),
            );
          } else if (act.act === 'cancel') {
            const keys = act.about.map(({ person, key }) => ({ userId: idOf(person), dedupeKey: key }));
            await world.database.transaction((transaction) => cancel(transaction, keys));
          } else {
            // A little more, because the hours are counted from when each was received.
            await world.timePasses(act.hours * HOUR_MS + 2_000);
            await Promise.all(Array.from({ length: act.workers }, () => world.due()));
          }
        }
        for (let person = 0; person < PEOPLE; person += 1) {
          expect(await world.toldTo(idOf(person))).toEqual(model.stateOf(person));
          const [row] = await world.database.query<{ messages: number; deliveries: number }>(
            `select (select count(*)::int from messages where user_id = $1) as messages,
                    (select count(*)::int from deliveries where user_id = $1) as deliveries`,
            [idOf(person)],
          );
          const messages = model.messages[person] ?? 0;
          expect(row).toEqual({ messages, deliveries: 2 * messages });
        }
      }),
      { numRuns: RUNS },
    );
  });
}
