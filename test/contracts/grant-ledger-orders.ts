/** Any order of any acts, on several drops. */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { type Act, NAMES, type Place, type Word } from './grant-ledger-acts.ts';
import type { GrantRecord } from './grant-ledger-model.ts';
import { Play } from './grant-ledger-play.ts';
import type { DropPlan, WorldModel } from './grant-ledger-world.ts';

const DROPS = 2;
const RUNS = 50;
const ACTS_MAX = 60;

/** What is to be done, before it is known to whose grants: numbers choose among those that are there. Undefined where there is none. */
type Wish = (world: WorldModel) => Act | undefined;

const drop = fc.nat({ max: DROPS - 1 });
const number = fc.nat({ max: 99 });
const userId = fc.constantFrom(...NAMES.slice(0, 4).map((_, place) => String(place + 1)));
const request = fc.record({ userId, requestId: fc.constantFrom('r1', 'r2', 'r3', 'r4', 'r5', 'r6') });

const claim = fc.record({
  act: fc.constant('claim' as const),
  drop,
  requests: fc.array(request, { minLength: 1, maxLength: 4 }),
});
/** With a claim that was refused before, or with any request. */
const wait: fc.Arbitrary<Wish> = fc
  .record({
    drop,
    people: fc.uniqueArray(fc.record({ request, isKnown: fc.constantFrom(true, true, false), number }), {
      ...{ minLength: 1, maxLength: 3, selector: (each) => each.request.userId },
    }),
  })
  .map((wish) => (world) => {
    const claims = world.drops[wish.drop]?.books.claims ?? [];
    const requests = wish.people.map((person) => {
      const { userId } = person.request;
      const refused = claims.filter((each) => each.userId === userId && each.outcome === 'sold_out');
      const known = person.isKnown ? refused[person.number % refused.length] : undefined;
      return { userId, requestId: known?.requestId ?? person.request.requestId };
    });
    return { act: 'wait', drop: wish.drop, requests };
  });

const leave: fc.Arbitrary<Wish> = fc.record({ drop, number, userId }).map((wish) => (world) => {
  const line = world.drops[wish.drop]?.books.waiters.filter(({ state }) => state === 'waiting') ?? [];
  return { act: 'leave', drop: wish.drop, userId: line[wish.number % (line.length + 1)]?.userId ?? wish.userId };
});

const offer = fc.record({ act: fc.constant('offer' as const), drop, units: fc.nat({ max: 3 }) });
const amend = fc.record({
  act: fc.constant('amend' as const),
  drop,
  terms: fc.oneof(
    fc.record({ stock: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ line: fc.boolean() }),
  ),
});
const hours = fc.record({ act: fc.constantFrom('close' as const, 'reopen' as const, 'reopen' as const), drop });
const cancel = fc.record({ act: fc.constant('cancel' as const), drop });

/** A place among a drop's grants, now and then one that is not there. */
const pick = fc.record({ drop, number });
const picks = fc.array(pick, { minLength: 1, maxLength: 4 });
const who = fc.constantFrom('holder', 'holder', 'holder', 'holder', 'somebody', 'till');

const use: fc.Arbitrary<Wish> = fc
  .array(
    fc.record({
      pick,
      who,
      somebody: userId,
      key: fc.constantFrom('k1', 'k2'),
      reference: fc.option(fc.constant('word')),
    }),
    {
      ...{ minLength: 1, maxLength: 4 },
    },
  )
  .map((wishes) => (world) => ({
    act: 'use',
    uses: distinct(
      wishes.map(({ key, reference, ...wish }) => {
        const place = placeIn(world, wish.pick);
        const holder = grantAt(world, place)?.userId ?? wish.somebody;
        const asks = { holder, somebody: wish.somebody, till: null }[wish.who] ?? null;
        return { ...place, userId: asks, key, reference };
      }),
    ),
  }));

const giveBack: fc.Arbitrary<Wish> = fc
  .array(fc.record({ pick, who, somebody: userId }), { minLength: 1, maxLength: 4 })
  .map((wishes) => (world) => ({
    act: 'give back',
    grants: distinct(
      wishes.map((wish) => {
        const place = placeIn(world, wish.pick);
        const holder = grantAt(world, place)?.userId ?? wish.somebody;
        return { ...place, userId: wish.who === 'somebody' ? wish.somebody : holder };
      }),
    ),
  }));

/** The worker's: all that is due. Or a list that is out of date. */
const expire: fc.Arbitrary<Wish> = fc.option(picks).map((wishes) => (world) => {
  const due = world.drops.flatMap((model, place) => model.due.map((serial) => ({ drop: place, serial })));
  const grants = wishes === null ? due : distinct(wishes.map((wish) => placeIn(world, wish)));
  return grants.length === 0 ? undefined : { act: 'expire', grants };
});

const clock: fc.Arbitrary<Wish> = fc
  .record({ picks, act: fc.constantFrom('clock past hold of' as const, 'clock past end of' as const) })
  .map((wish) => (world) => ({ act: wish.act, grants: distinct(wish.picks.map((each) => placeIn(world, each))) }));

const pay: fc.Arbitrary<Wish> = fc
  .record({ pick, number, isAgain: fc.nat({ max: 4 }).map((nat) => nat === 0), who, somebody: userId })
  .map((wish) => (world) => {
    const payments = world.drops.flatMap(({ books }, drop) => books.payments.map((payment) => ({ ...payment, drop })));
    const held = world.drops.flatMap(({ books }, place) =>
      books.grants.filter(({ state }) => state === 'held').map(({ serial }) => ({ drop: place, serial })),
    );
    const known = wish.isAgain ? payments[wish.number % payments.length] : undefined;
    const grant = known ?? (wish.number % 5 === 0 ? placeIn(world, wish.pick) : held[wish.number % held.length]);
    if (grant === undefined) return undefined;
    const place = { drop: grant.drop, serial: grant.serial };
    const holder = grantAt(world, place)?.userId ?? wish.somebody;
    const payment = known?.id ?? `p${payments.length + 1}`;
    return { act: 'pay', grant: place, userId: wish.who === 'somebody' ? wish.somebody : holder, payment };
  });

const begin: fc.Arbitrary<Wish> = number.map((wish) => (world) => {
  const payment = paymentIn(world, wish);
  return payment === undefined ? undefined : { act: 'begin', payment };
});

const decide: fc.Arbitrary<Wish> = fc
  .record({ number, word: fc.constantFrom<Word>('charged', 'charged', 'mischarged', 'declined', 'silent', 'refunded') })
  .map((wish) => (world) => {
    const payment = paymentIn(world, wish.number);
    return payment === undefined ? undefined : { act: 'decide', payment, word: wish.word };
  });

const as = (acts: fc.Arbitrary<Act>): fc.Arbitrary<Wish> => acts.map((act) => () => act);

const wish: fc.Arbitrary<Wish> = fc
  .oneof(
    { weight: 60, arbitrary: as(claim) },
    { weight: 70, arbitrary: wait },
    { weight: 20, arbitrary: leave },
    { weight: 30, arbitrary: use },
    { weight: 50, arbitrary: giveBack },
    { weight: 40, arbitrary: clock },
    { weight: 40, arbitrary: expire },
    { weight: 30, arbitrary: as(offer) },
    { weight: 30, arbitrary: as(amend) },
    { weight: 20, arbitrary: as(hours) },
    { weight: 30, arbitrary: pay },
    { weight: 40, arbitrary: begin },
    { weight: 40, arbitrary: decide },
    { weight: 2, arbitrary: as(cancel) },
  )
  .map((each) => Object.assign(each, { [fc.toStringMethod]: () => 'act' }));

const plan = (kind: DropPlan['kind']): fc.Arbitrary<DropPlan> =>
  fc.record({
    kind: fc.constant(kind),
    stock: fc.integer({ min: 1, max: 3 }),
    limit: fc.integer({ min: 1, max: 2 }),
    line: fc.constantFrom(true, true, true, false),
  });

export function orders(database: () => Database): void {
  describe('any order of acts', () => {
    it('does as the model does, on coupons and slots together', { timeout: 120_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.tuple(plan('coupon'), plan('product')),
          fc.array(wish, { minLength: 1, maxLength: ACTS_MAX, size: 'max' }),
          async (plans, wishes) => {
            const play = await Play.open(database(), plans);
            try {
              for (const [place, each] of wishes.entries()) {
                const act = each(play.model);
                if (act !== undefined) await play.act(act);
                if (place % 5 === 4) await play.look();
              }
              await play.end();
            } catch (error) {
              const drops = plans.map(
                ({ kind, stock, limit, line }) => `${kind} ${stock} ${limit} ${line ? 'line' : ''}`,
              );
              throw new Error(`${drops.join(' | ')}\n  ${play.script.join('\n  ')}\n${(error as Error).message}`, {
                cause: error,
              });
            }
          },
        ),
        { numRuns: RUNS },
      );
    });
  });
}

/** Most wishes are for what is alive; some for anything, and now and then for what is not there. */
function placeIn(world: WorldModel, { drop: place, number: wished }: { drop: number; number: number }): Place {
  const { serials = 0, grants = [] } = world.drops[place]?.books ?? {};
  const live = grants.filter(({ state }) => state === 'issued' || state === 'held');
  const serial = wished % 4 === 0 ? undefined : live[wished % live.length]?.serial;
  return { drop: place, serial: serial ?? 1 + (wished % (serials + 1)) };
}

function grantAt(world: WorldModel, { drop: place, serial }: Place): GrantRecord | undefined {
  return world.drops[place]?.books.grants[serial - 1];
}

function paymentIn(world: WorldModel, wished: number): string | undefined {
  const payments = world.drops.flatMap(({ books }) => books.payments);
  const pending = payments.filter(({ state }) => state === 'pending');
  const among = wished % 3 === 0 || pending.length === 0 ? payments : pending;
  return among[wished % among.length]?.id;
}

/** No grant may stand in a batch twice. */
function distinct<Item extends Place>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [`${item.drop} ${item.serial}`, item])).values()];
}
