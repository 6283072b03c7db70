/** What the ledger promises, whatever database runs its SQL. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { newCode, parseCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import type { Drop, DropKind } from '../../src/drops/drop.ts';
import { amendDrop, cancelDrop, createDrop, dropById } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { checkHistory } from '../../src/history/check.ts';
import { parseLedger } from '../../src/history/ledger.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import { type ClaimRequest, Ledger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outcome.ts';
import { rehearse } from '../../src/ledger/rehearsal.ts';
import { type Hours, LedgerModel, type ModelAnswer } from './ledger-model.ts';

const HOUR_MS = 3_600_000;

interface DropOptions {
  readonly stock: number;
  readonly limit: number;
  readonly kind?: DropKind;
  readonly hours?: Hours;
}

export function ledgerContract(adapter: string, open: () => Database): void {
  describe(`contract: ledger on ${adapter}`, () => {
    let database: Database;
    let ledger: Ledger;

    beforeAll(async () => {
      database = open();
      await migrate(database);
      ledger = new Ledger(database, newCode);
    });

    async function makeDrop({ stock, limit, kind = 'coupon', hours = 'open' }: DropOptions): Promise<Drop> {
      const nowMs = Date.now();
      const terms = newTerms(
        kind,
        {
          title: 'A drop',
          stock,
          perUserLimit: limit,
          opensAt: new Date(nowMs + (hours === 'not_open' ? HOUR_MS : 0)).toISOString(),
          ...(kind === 'coupon' ? { discount: { percent: 10 }, validForDays: 30 } : { price: 1000 }),
        },
        nowMs,
      );
      const opensAtMs = hours === 'not_open' ? terms.opensAtMs : nowMs - HOUR_MS;
      return createDrop(database, { ...terms, opensAtMs, closesAtMs: hours === 'closed' ? nowMs - 1 : null });
    }

    async function claim(dropId: string, ...claims: string[]): Promise<string[]> {
      const requests = claims.map(readRequest);
      const answer = await ledger.claim(dropId, requests);
      return (answer?.outcomes ?? []).map(told);
    }

    async function expectCleanLedger(dropId: string): Promise<void> {
      let lines = '';
      for await (const line of exportLedger(database, dropId)) lines += line;
      expect(checkHistory([], parseLedger(lines))).toEqual([]);
    }

    it('decides in the order of arrival, batch after batch', async () => {
      const { id } = await makeDrop({ stock: 3, limit: 2 });
      expect(await claim(id, 'alice r1', 'bob r2', 'alice r3')).toEqual([
        'granted #1 (1)',
        'granted #2 (2)',
        'granted #3 (3)',
      ]);
      expect(await claim(id, 'carol r4', 'alice r5', 'bob r2')).toEqual([
        'sold_out (4)',
        'limit_reached (5)',
        'granted #2 (2)',
      ]);
      expect(await claim(id, 'carol r4', 'dave r6')).toEqual(['sold_out (4)', 'sold_out (6)']);
      await expectCleanLedger(id);
    });

    it('tells losers where the cut was', async () => {
      const { id } = await makeDrop({ stock: 2, limit: 1 });
      const cutAfter = async (...claims: string[]) =>
        (await ledger.claim(id, claims.map(readRequest)))?.standing.lastGrantedArrival;
      expect(await cutAfter('alice r1', 'alice r2')).toBe(1);
      expect(await cutAfter('alice r1')).toBe(1);
      expect(await cutAfter('bob r3', 'carol r4')).toBe(3);
      expect(await cutAfter('dave r5')).toBe(3);
      expect((await dropById(database, id))?.lastGrantedArrival).toBe(3);
    });

    it('gives a repeat its first answer, within a batch and later', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      expect(await claim(id, 'alice r1', 'alice r1', 'bob r2', 'alice r1', 'bob r2')).toEqual([
        ...['granted #1 (1)', 'granted #1 (1)', 'sold_out (2)', 'granted #1 (1)', 'sold_out (2)'],
      ]);
      expect(await claim(id, 'bob r2', 'alice r1')).toEqual(['sold_out (2)', 'granted #1 (1)']);
    });

    it('tells requests of two users with the same id apart', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      expect(await claim(id, 'alice same', 'bob same')).toEqual(['granted #1 (1)', 'sold_out (2)']);
    });

    it('refuses a user at the limit before it looks at the stock', async () => {
      const { id } = await makeDrop({ stock: 2, limit: 1 });
      expect(await claim(id, 'alice r1', 'alice r2', 'bob r3', 'alice r4', 'carol r5')).toEqual([
        ...['granted #1 (1)', 'limit_reached (2)', 'granted #2 (3)', 'limit_reached (4)', 'sold_out (5)'],
      ]);
    });

    it('says sold out, not limit reached, to a user whose second claim came too late', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      expect(await claim(id, 'bob r1', 'alice r2', 'alice r3')).toEqual([
        'granted #1 (1)',
        'sold_out (2)',
        'sold_out (3)',
      ]);
    });

    it('says limit reached to a user who was served before the stock ran out', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      expect(await claim(id, 'alice r1', 'bob r2', 'alice r3')).toEqual([
        'granted #1 (1)',
        'sold_out (2)',
        'limit_reached (3)',
      ]);
    });

    it('remembers nothing of a claim that came too early', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1, hours: 'not_open' });
      expect(await claim(id, 'alice r1')).toEqual(['not_open']);
      await database.query(`update drops set opens_at = clock_timestamp() where id = $1`, [id]);
      expect(await claim(id, 'alice r1')).toEqual(['granted #1 (1)']);
      await expectCleanLedger(id);
    });

    it('refuses all but repeats after the close', async () => {
      const { id } = await makeDrop({ stock: 2, limit: 1 });
      expect(await claim(id, 'alice r1')).toEqual(['granted #1 (1)']);
      await database.query(`update drops set closes_at = clock_timestamp() where id = $1`, [id]);
      expect(await claim(id, 'bob r2', 'alice r1', 'bob r2')).toEqual(['closed (2)', 'granted #1 (1)', 'closed (2)']);
    });

    it('refuses all but repeats after a cancellation', async () => {
      const { id } = await makeDrop({ stock: 2, limit: 1 });
      await claim(id, 'alice r1');
      await cancelDrop(database, id);
      expect(await claim(id, 'bob r2', 'alice r1')).toEqual(['closed (2)', 'granted #1 (1)']);
      await expectCleanLedger(id);
    });

    it('knows no drop that is not there', async () => {
      expect(await ledger.claim('999999', [{ userId: '1', requestId: 'request-1' }])).toBeUndefined();
      expect(await ledger.answerTo('999999', '1', 'request-1')).toBeUndefined();
    });

    it('gives coupons a code and a validity, slots a hold, and remembers both', async () => {
      const coupon = await makeDrop({ stock: 1, limit: 1 });
      const slot = await makeDrop({ stock: 1, limit: 1, kind: 'product' });
      for (const { id, kind } of [coupon, slot]) {
        const answer = await ledger.claim(id, [{ userId: '7', requestId: 'request-1' }]);
        const [granted] = answer?.outcomes ?? [];
        if (granted?.outcome !== 'granted') throw new Error('the only claim must win');
        expect(granted.grantId).toBe(`${id}-1`);
        if (kind === 'coupon') {
          expect(parseCode(granted.code ?? '')).toBe(granted.code);
          expect(Date.parse(granted.validUntil ?? '') - Date.now()).toBeGreaterThan(29 * 24 * HOUR_MS);
        } else {
          expect(granted).not.toHaveProperty('code');
          expect(Date.parse(granted.holdUntil ?? '') - Date.now()).toBeGreaterThan(HOUR_MS / 3);
        }
        expect(await ledger.answerTo(id, '7', 'request-1')).toEqual(granted);
      }
    });

    it('takes fresh codes for the whole batch when one is taken already', async () => {
      const codes = ['AAAA', 'BBBB', 'BBBB', 'CCCC', 'DDDD'].values();
      const unlucky = new Ledger(database, () => codes.next().value ?? 'none left');
      const { id } = await makeDrop({ stock: 3, limit: 1 });
      await unlucky.claim(id, [{ userId: '1', requestId: 'request-1' }]);
      const answer = await unlucky.claim(id, [
        { userId: '2', requestId: 'request-2' },
        { userId: '3', requestId: 'request-3' },
      ]);
      expect(answer?.outcomes).toMatchObject([
        { code: 'CCCC', serial: 2 },
        { code: 'DDDD', serial: 3 },
      ]);
    });

    it('leaves nothing behind after a rehearsal', async () => {
      const rows = () =>
        database.query(
          'select (select count(*) from drops) as drops, (select count(*) from claims) as claims, (select count(*) from grants) as grants, (select count(*) from log_entries) as entries',
        );
      const before = await rows();
      await rehearse(database);
      expect(await rows()).toEqual(before);
    });

    it('never reads a table whole, also with a plan from when it was small', async () => {
      const { id } = await makeDrop({ stock: 10, limit: 1 });
      const claims = (from: number, count: number) =>
        ledger.claim(
          id,
          Array.from({ length: count }, (_, place) => ({ userId: String(from + place), requestId: 'request-1' })),
        );
      await claims(1, 64);
      await database.execute('analyze claims; analyze grants');
      for (let batch = 0; batch < 8; batch += 1) await claims(100 + batch * 2, 2);
      const scans = async () => {
        await database.expressLane.query('select pg_stat_force_next_flush()');
        return database.query(
          `select relname, seq_scan from pg_stat_user_tables where relname in ('claims', 'grants') order by relname`,
        );
      };
      // Other connections report what they did before with a delay. The ledger would scan in every round.
      const scanned: boolean[] = [];
      for (let round = 1; round <= 3; round += 1) {
        const before = await scans();
        await claims(round * 1_000, 512);
        scanned.push(!isDeepStrictEqual(await scans(), before));
      }
      expect(scanned).toContain(false);
    });

    it('cannot oversell, even if told to', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      await claim(id, 'alice r1');
      await expect(database.query('update drops set granted = granted + 1 where id = $1', [id])).rejects.toMatchObject({
        code: '23514',
        constraint: 'drops_never_oversold',
      });
    });

    it('sells what an administrator adds, and never goes below what is granted', async () => {
      const { id } = await makeDrop({ stock: 1, limit: 1 });
      await claim(id, 'alice r1', 'bob r2');
      await expect(amendDrop(database, id, { stock: 0 }, Date.now)).rejects.toMatchObject({
        code: 'stock_below_granted',
      });
      await amendDrop(database, id, { stock: 2 }, Date.now);
      expect(await claim(id, 'bob r2', 'bob r3')).toEqual(['sold_out (2)', 'granted #2 (3)']);
      await expectCleanLedger(id);
    });

    it('counts a user’s units by what is still held', async () => {
      const { id } = await makeDrop({ stock: 2, limit: 1 });
      await claim(id, 'alice r1');
      await database.query('update grants set released_at = now() where drop_id = $1', [id]);
      await database.query('update drops set granted = granted - 1 where id = $1', [id]);
      expect(await claim(id, 'alice r2')).toEqual(['granted #2 (2)']);
    });

    it('does as the model does, for any order of any claims', async () => {
      const user = fc.constantFrom('1', '2', '3', '4', '5');
      const request = fc.record({
        userId: user,
        requestId: fc.constantFrom('request-1', 'request-2', 'request-3', 'request-4'),
      });
      const hours = fc.constantFrom<Hours>('open', 'open', 'open', 'not_open', 'closed');
      const batch = fc.record({ hours, requests: fc.array(request, { minLength: 1, maxLength: 12 }) });
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 8 }),
          fc.integer({ min: 1, max: 3 }),
          fc.array(batch, { minLength: 1, maxLength: 8 }),
          async (stock, limit, batches) => {
            const { id } = await makeDrop({ stock, limit });
            const model = new LedgerModel(stock, limit);
            for (const { hours: hour, requests } of batches) {
              await setHours(database, id, hour);
              const answer = await ledger.claim(id, requests);
              const expected = requests.map((each) => model.claim(each, hour));
              expect(answer?.outcomes.map(asModelAnswer)).toEqual(expected);
              expect(answer?.standing.granted).toBe(model.granted);
            }
            // Hours that jump about behind the log's back are, rightly, violations to the checker.
            if (batches.every((each) => each.hours === 'open')) await expectCleanLedger(id);
          },
        ),
        { numRuns: 60 },
      );
    });

    it('sells exactly N to a crowd that comes over many connections at once', async () => {
      const [stock, people, connections] = [100, 400, 8];
      const { id } = await makeDrop({ stock, limit: 2 });
      const requests = Array.from({ length: people * 3 }, (_, number): ClaimRequest => {
        return { userId: String((number * 7919) % people), requestId: `request-${number % (people * 2)}` };
      });
      const outcomes: Outcome[] = [];
      await Promise.all(
        Array.from({ length: connections }, async (_, place) => {
          const mine = requests.filter((_request, number) => number % connections === place);
          while (mine.length > 0) {
            const answer = await ledger.claim(id, mine.splice(0, 17));
            outcomes.push(...(answer?.outcomes ?? []));
          }
        }),
      );
      const grants = new Set(outcomes.flatMap((outcome) => (outcome.outcome === 'granted' ? [outcome.grantId] : [])));
      expect(grants.size).toBe(stock);
      expect((await dropById(database, id))?.granted).toBe(stock);
      await expectCleanLedger(id);
    });
  });
}

async function setHours(database: Database, dropId: string, hours: Hours): Promise<void> {
  await database.query(
    `update drops set opens_at = clock_timestamp() + make_interval(hours => $2), closes_at = clock_timestamp() + make_interval(hours => $3) where id = $1`,
    [dropId, ...{ open: [-1, 1], not_open: [1, 2], closed: [-2, -1] }[hours]],
  );
}

const USERS = ['alice', 'bob', 'carol', 'dave'];

function readRequest(line: string): ClaimRequest {
  const [name = '', request = ''] = line.split(' ');
  return { userId: String(USERS.indexOf(name) + 1), requestId: `request-${request}` };
}

/** `granted #serial (arrival)`, `sold_out (arrival)`, `not_open`. */
function told(outcome: Outcome): string {
  const { arrival, serial } = asModelAnswer(outcome);
  return `${outcome.outcome}${serial ? ` #${serial}` : ''}${arrival ? ` (${arrival})` : ''}`;
}

function asModelAnswer(outcome: Outcome): ModelAnswer {
  return {
    outcome: outcome.outcome,
    ...('arrival' in outcome && outcome.arrival !== undefined && { arrival: outcome.arrival }),
    ...('serial' in outcome && { serial: outcome.serial }),
  };
}
