/** What holds when many ask at once, over many connections where the database has them. */
import { describe, expect, it } from 'vitest';
import { newCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import {
  type Change,
  type Changes,
  GrantLedger,
  type GrantPlace,
  type LedgerGrant,
} from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { mismatchesOf } from '../../src/ledger/reconcile.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';
import { type LineEntry, lineBreaches } from './grant-ledger-line.ts';
import { openDrop } from './grant-ledger-stage.ts';

const BATCH_CLAIMS = 500;

export function races(open: () => Database): void {
  describe('at once', () => {
    it('five who use one coupon: one does', async () => {
      const { grantLedger, dropId } = await soldDrop(open(), 'coupon', 60);
      const serials = Array.from({ length: 60 }, (_, place) => place + 1);
      const asked = serials.flatMap((serial) => ['a', 'b', 'c', 'd', 'e'].map((key) => ({ serial, key })));
      const answers = await Promise.all(
        shuffled(asked).map(async ({ serial, key }) => {
          const use = { dropId, serial, userId: String(serial), requestId: key, reference: null };
          const { answers: changes } = await grantLedger.settle([use]);
          return { serial, key, ...(changes[0] as Change) };
        }),
      );
      const done = answers.filter(({ answer }) => answer === 'done');
      expect(done.map(({ serial }) => serial).sort((a, b) => a - b)).toEqual(serials);
      expect(answers.filter(({ answer }) => answer === 'kept')).toHaveLength(60 * 4);
      const again = await grantLedger.settle(
        done.map(({ serial, key }) => ({ dropId, serial, userId: String(serial), requestId: key, reference: null })),
      );
      expect(new Set(again.answers.map(({ answer }) => answer))).toEqual(new Set(['again']));
    });

    it('a coupon’s use, its cancellation and its end: one of them happens, each in its time', async () => {
      const database = open();
      const coupons = 300;
      const { grantLedger, dropId } = await soldDrop(database, 'coupon', coupons);
      await database.query(
        `update grants set expires_at = clock_timestamp() + case serial % 6 when 0 then interval '1 hour' when 1 then interval '0' else random() * interval '600 ms' end
         where drop_id = $1`,
        [dropId],
      );
      const done = new Map<number, LedgerGrant['state'][]>();
      const note = ({ answers }: Changes): void => {
        for (const { answer, grant } of answers) {
          if (answer !== 'done' || grant === null) continue;
          done.set(grant.serial, [...(done.get(grant.serial) ?? []), grant.state]);
        }
      };
      const inTurn = async (
        each: (places: { dropId: string; serial: number; userId: string }[]) => Promise<Changes>,
      ) => {
        const serials = shuffled(Array.from({ length: coupons }, (_, place) => place + 1));
        while (serials.length > 0) {
          const batch = serials.splice(0, 1 + Math.floor(Math.random() * 4));
          note(await each(batch.map((serial) => ({ dropId, serial, userId: String(serial) }))));
          await pause(Math.random() * 4);
        }
      };
      await Promise.all([
        inTurn((places) =>
          grantLedger.settle(places.map((place) => ({ ...place, requestId: 'use-of-it', reference: null }))),
        ),
        inTurn((places) => grantLedger.release(places)),
        expireAll(database, grantLedger, [dropId], note, 700),
      ]);

      expect([...done.values()].filter((states) => states.length !== 1)).toEqual([]);
      const rows = await database.query<{ serial: number; state: string; wrong: boolean }>(
        `select serial, state,
                case state when 'used' then settled_at >= expires_at or released_at is not null
                           when 'cancelled' then released_at >= expires_at or settled_at is not null
                           when 'expired' then settled_at < expires_at or released_at is not null end as wrong
         from grants where drop_id = $1 order by serial`,
        [dropId],
      );
      expect(rows.map(({ serial, state }) => [serial, state])).toEqual(
        [...done].sort(([a], [b]) => a - b).map(([serial, [state]]) => [serial, state]),
      );
      expect(rows.filter(({ wrong }) => wrong)).toEqual([]);
      expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['used', 'cancelled', 'expired']));
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    });

    it('batches that name the same drops in opposite orders never wait for each other', async () => {
      const database = open();
      const [drops, workers, rounds] = [6, 8, 10];
      const ledger = new Ledger(database, newCode);
      const grantLedger = new GrantLedger(database, newCode);
      const dropIds: string[] = [];
      for (let place = 0; place < drops; place += 1) {
        dropIds.push((await soldDrop(database, place % 2 === 0 ? 'coupon' : 'product', workers * rounds)).dropId);
      }
      const inOrder = (worker: number): string[] => (worker % 2 === 0 ? dropIds : dropIds.toReversed());
      const claims = (worker: number, round: number) => [
        { userId: String(100_000 + worker * rounds + round), requestId: 'late' },
        { userId: String(200_000 + worker * rounds + round), requestId: 'late' },
      ];

      const work = async (worker: number): Promise<void> => {
        // A place in the queue of its own, as processes have partitions of their own.
        const position = { topic: `race-${dropIds[0]}`, partition: worker };
        let next = await ledger.positionOf(position.topic, position.partition);
        for (let round = 0; round < rounds; round += 1) {
          const serial = worker * rounds + round + 1;
          const places = inOrder(worker).map((dropId) => ({ dropId, serial, userId: String(serial) }));
          await (round % 2 === 0
            ? grantLedger.release(places)
            : grantLedger.settle(places.map((place) => ({ ...place, requestId: 'r', reference: null }))));
          const queued = await ledger.claimQueued(
            { ...position, expected: next, next: next + BigInt(drops * 2) },
            inOrder(worker + 1).map((dropId) => ({ dropId, requests: claims(worker, round) })),
          );
          expect(queued.applied).toBe(true);
          next += BigInt(drops * 2);
          const dropId = dropIds[(worker + round) % drops] as string;
          await ledger.claim(dropId, claims(worker, round));
          await grantLedger.wait(dropId, [{ userId: String(300_000 + serial), requestId: 'late' }]);
          await database.transaction((transaction) => grantLedger.expire(transaction, places.toReversed()));
        }
      };
      await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
      expect(await mismatchesOf(database, dropIds)).toEqual([]);
    });

    it('people who join, leave and let go: the line keeps its order and loses nobody', async () => {
      const database = open();
      const [units, people] = [15, 240];
      const { ledger, grantLedger, dropId } = await soldDrop(database, 'product', units, true);
      const userIds = Array.from({ length: people }, (_, place) => String(1_000 + place));
      // Half of them were refused before, the others claim when they ask to wait.
      await ledger.claim(
        dropId,
        shuffled(userIds.slice(0, people / 2)).map((userId) => ({ userId, requestId: 'mine' })),
      );
      let joining = true;
      const held = Array.from({ length: units }, (_, place) => ({
        dropId,
        serial: place + 1,
        userId: String(place + 1),
      }));
      const note = ({ commits }: Pick<Changes, 'commits'>): void => {
        for (const { offered } of commits) {
          for (const { serial, userId } of offered) held.push({ dropId, serial, userId });
        }
      };

      const join = async (mine: string[]): Promise<void> => {
        while (mine.length > 0) {
          const batch = mine.splice(0, 1 + Math.floor(Math.random() * 4));
          await grantLedger.wait(
            dropId,
            batch.map((userId) => ({ userId, requestId: 'mine' })),
          );
        }
      };
      const leave = async (mine: string[]): Promise<void> => {
        for (const userId of mine) await grantLedger.leave(dropId, userId);
      };
      const letGo = async (): Promise<void> => {
        while (joining || held.length > 0) {
          const batch = held.splice(0, 1 + Math.floor(Math.random() * 5));
          if (batch.length > 0) note(await grantLedger.release(batch));
          else await pause(1);
        }
      };
      const press = async (from: number): Promise<void> => {
        for (let place = 0; joining; place += 1) {
          const userId = String(from + place);
          const answer = await ledger.claim(dropId, [{ userId, requestId: 'new' }]);
          // Somebody who comes while nobody waits may win; then they let go as well, or no unit would be left for the line.
          const [outcome] = answer?.outcomes ?? [];
          if (outcome?.outcome === 'granted') held.push({ dropId, serial: outcome.serial, userId });
          await pause(2);
        }
      };
      const joins = Promise.all(
        [0, 1, 2].map((part) => join(shuffled(userIds.filter((_, place) => place % 3 === part)))),
      );
      await Promise.all([
        joins.then(() => {
          joining = false;
        }),
        ...[letGo(), letGo(), press(10_000), press(20_000)],
        leave(shuffled(userIds.filter((_, place) => place % 5 === 0))),
      ]);

      // Units that came back while nobody waited were on sale: to those who join after that they are offered.
      await grantLedger.offer(database, dropId, people).then((commit) => note({ commits: commit ? [commit] : [] }));
      await letGo();
      const entries = await database.query<LineEntry>(
        'select number, kind, body from log_entries where drop_id = $1 order by number',
        [dropId],
      );
      expect(lineBreaches(entries, units)).toEqual([]);
      const waiters = await database.query<{ user_id: string; state: string }>(
        'select user_id, state from waiters where drop_id = $1',
        [dropId],
      );
      expect(waiters.filter(({ state }) => state !== 'offered' && state !== 'left')).toEqual([]);
      const won = await database.query<{ user_id: string }>(
        `select user_id from claims where drop_id = $1 and request_id = 'mine' and outcome = 'granted' and user_id >= 1000`,
        [dropId],
      );
      // Who asked to wait stood in line, or won at once.
      expect(waiters.length + won.length).toBe(people);
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    });

    it('a payment and its slot’s end: confirmed or expired, and never both', async () => {
      const database = open();
      const [slots, everyMs, leadMs, graceMs] = [300, 4, 150, 40];
      const { grantLedger, dropId } = await soldDrop(database, 'product', slots);
      const desks = Array.from({ length: 4 }, () => new PaymentLedger(database, { graceMs, firstLookMs: 60_000 }));
      const deskOf = (place: number): PaymentLedger => desks[place % desks.length] as PaymentLedger;
      const opened = await Promise.all(
        Array.from({ length: slots }, async (_, place) => {
          const id = `${dropId}-${place}`;
          const wish = {
            id,
            dropId,
            serial: place + 1,
            userId: String(place + 1),
            requestId: 'pay',
            method: 'sandbox',
          };
          return (await deskOf(place).open({ ...wish, ask: false })).answer;
        }),
      );
      expect(new Set(opened)).toEqual(new Set(['opened']));

      // One hold after the other is over. Each is paid about then: begun a while before, or a little too late, and charged within its grace, or after it. Some are not in the race: so that
      // there are both ends, however slow the machine.
      const startMs = Date.now() + leadMs;
      await database.query(
        `with ends as (
           select serial, case serial % 6 when 0 then now() + interval '1 hour' when 1 then now() else $2::timestamptz + serial * $3 * interval '1 ms' end as moment
           from grants where drop_id = $1)
         update grants g set hold_until = moment, expires_at = moment from ends where g.drop_id = $1 and g.serial = ends.serial`,
        [dropId, new Date(startMs), everyMs],
      );
      const expired: number[] = [];
      const note = ({ answers }: Changes): void => {
        for (const { answer, grant } of answers) if (answer === 'done' && grant !== null) expired.push(grant.serial);
      };
      const pay = async (place: number): Promise<string> => {
        const overMs = startMs + (place + 1) * everyMs;
        await pause(overMs - Date.now() + (Math.random() - 0.9) * leadMs);
        const begun = await deskOf(place).begin(`${dropId}-${place}`);
        if (begun?.answer !== 'begun') return `${begun?.payment.state}`;
        await pause(Math.random() * leadMs);
        const said = { word: 'charged', providerKey: 'key', receiptUrl: null } as const;
        return `${(await deskOf(place).decide(`${dropId}-${place}`, said, null))?.payment.state}`;
      };
      const [answers] = await Promise.all([
        Promise.all(Array.from({ length: slots }, (_, place) => pay(place))),
        expireAll(database, grantLedger, [dropId], note, leadMs + slots * everyMs),
      ]);
      await pause(graceMs);
      await expireAll(database, grantLedger, [dropId], note, 0);

      const rows = await database.query<{ slot: string; payment: string }>(
        `select g.state as slot, p.state as payment
         from grants g join payments p on p.drop_id = g.drop_id and p.serial = g.serial where g.drop_id = $1 order by g.serial`,
        [dropId],
      );
      expect(rows.map(({ payment }) => payment)).toEqual(answers);
      const ends = new Set(rows.map(({ slot, payment }) => `${slot}, ${payment}`));
      expect(ends.difference(new Set(['confirmed, succeeded', 'expired, failed', 'expired, refunding']))).toEqual(
        new Set(),
      );
      expect(new Set(rows.map(({ slot }) => slot))).toEqual(new Set(['confirmed', 'expired']));
      const ended = rows.flatMap(({ slot }, place) => (slot === 'expired' ? [place + 1] : []));
      expect(expired.sort((a, b) => a - b)).toEqual(ended);
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    });
  });
}

/** A drop whose every unit is somebody's: user 1 has the first. */
async function soldDrop(database: Database, kind: 'coupon' | 'product', stock: number, line = true) {
  const dropId = await openDrop(database, { kind, stock, limit: 1, line });
  const ledger = new Ledger(database, newCode);
  for (let from = 1; from <= stock; from += BATCH_CLAIMS) {
    const count = Math.min(BATCH_CLAIMS, stock + 1 - from);
    await ledger.claim(
      dropId,
      Array.from({ length: count }, (_, place) => ({ userId: String(from + place), requestId: 'mine' })),
    );
  }
  return { dropId, ledger, grantLedger: new GrantLedger(database, newCode) };
}

/** As the worker does: ends what is due on these drops, again and again, for so long. */
async function expireAll(
  database: Database,
  grantLedger: GrantLedger,
  dropIds: readonly string[],
  note: (changes: Changes) => void,
  forMs: number,
): Promise<void> {
  const untilMs = Date.now() + forMs;
  for (;;) {
    // Known before the look: what became due after the last one is found by another.
    const isLast = Date.now() > untilMs;
    const due: GrantPlace[] = (await grantLedger.due(1_000)).filter(({ dropId }) => dropIds.includes(dropId));
    if (due.length > 0) note(await database.transaction((transaction) => grantLedger.expire(transaction, due)));
    else if (isLast) return;
    else await pause(2);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
