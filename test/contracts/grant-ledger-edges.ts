/** What tables cannot show: what is not there, times, codes, and what the jobs ask for. */
import { describe, expect, it } from 'vitest';
import { newCode, parseCode } from '../../src/coupons/code.ts';
import type { Database } from '../../src/database/database.ts';
import { GrantLedger } from '../../src/ledger/grant-ledger.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { mismatchesOf } from '../../src/ledger/reconcile.ts';
import { PaymentLedger } from '../../src/payments/payment-ledger.ts';
import { openDrop } from './grant-ledger-stage.ts';
import type { DropPlan } from './grant-ledger-world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Tests and database have one clock, and a busy machine. */
const WITHIN_MS = 20_000;

export function edges(open: () => Database): void {
  /** Alice, user 1, has the only unit; bob and carol, 2 and 3, wait. */
  async function soldOut(kind: DropPlan['kind'], codes: () => string = newCode) {
    const database = open();
    const dropId = await openDrop(database, { kind, stock: 1, limit: 1, line: true });
    const grantLedger = new GrantLedger(database, codes);
    await new Ledger(database, newCode).claim(dropId, [{ userId: '1', requestId: 'mine' }]);
    await grantLedger.wait(dropId, [
      { userId: '2', requestId: 'mine' },
      { userId: '3', requestId: 'mine' },
    ]);
    return { database, dropId, grantLedger };
  }

  describe('what is not there', () => {
    const NOWHERE = { dropId: '999999999999', serial: 1 };

    it('has no line, and no grants', async () => {
      const grantLedger = new GrantLedger(open(), newCode);
      expect(await grantLedger.wait(NOWHERE.dropId, [{ userId: '1', requestId: 'mine' }])).toBeUndefined();
      expect(await grantLedger.leave(NOWHERE.dropId, '1')).toBeUndefined();
      expect(await grantLedger.offer(open(), NOWHERE.dropId, 10)).toBeUndefined();
      const missing = { answers: [{ answer: 'missing', grant: null }], commits: [] };
      const use = { ...NOWHERE, userId: '1', requestId: 'use', reference: null };
      expect(await grantLedger.settle([use])).toEqual(missing);
      expect(await grantLedger.release([{ ...NOWHERE, userId: '1' }])).toEqual(missing);
      expect(await grantLedger.expire(open(), [NOWHERE])).toEqual(missing);
    });

    it('has no payments', async () => {
      const paymentLedger = new PaymentLedger(open(), { graceMs: MINUTE_MS, firstLookMs: MINUTE_MS });
      const wish = { ...NOWHERE, id: 'none', userId: '1', requestId: 'pay', method: 'sandbox', ask: true };
      expect(await paymentLedger.open(wish)).toEqual({ answer: 'missing', payment: null, slot: null, commit: null });
      expect(await paymentLedger.begin('none')).toBeUndefined();
      expect(await paymentLedger.decide('none', { word: 'declined', failure: 'none' }, null)).toBeUndefined();
    });

    it('is all that an empty batch asks for', async () => {
      const grantLedger = new GrantLedger(open(), newCode);
      for (const nothing of [
        await grantLedger.settle([]),
        await grantLedger.release([]),
        await grantLedger.expire(open(), []),
      ]) {
        expect(nothing).toEqual({ answers: [], commits: [] });
      }
    });
  });

  describe('a grant from the line', () => {
    it('is a coupon with a code and a validity of its own', async () => {
      const { database, dropId, grantLedger } = await soldOut('coupon');
      await database.query(`update grants set granted_at = granted_at - interval '3 days' where drop_id = $1`, [
        dropId,
      ]);
      const { answers, commits } = await grantLedger.release([{ dropId, serial: 1, userId: '1' }]);
      const [cancelled, offered] = [answers[0]?.grant, commits[0]?.offered[0]];
      expect(offered).toMatchObject({ dropId, serial: 2, userId: '2', arrival: 2, state: 'issued', holdUntil: null });
      expect(parseCode(offered?.code ?? '')).toBe(offered?.code);
      expect(offered?.code).not.toBe(cancelled?.code);
      expect(offered?.expiresAt).toBe(offered?.validUntil);
      expect(Math.abs(Date.parse(offered?.validUntil ?? '') - Date.now() - 30 * DAY_MS)).toBeLessThan(WITHIN_MS);
      const { answers: used } = await grantLedger.settle([
        { dropId, serial: 2, userId: '2', requestId: 'use', reference: 'receipt 7' },
      ]);
      expect(used[0]?.grant).toEqual({
        ...offered,
        state: 'used',
        settledAt: expect.any(String),
        reference: 'receipt 7',
      });
    });

    it('is a slot with a hold of its own', async () => {
      const { dropId, grantLedger } = await soldOut('product');
      const { commits } = await grantLedger.release([{ dropId, serial: 1, userId: '1' }]);
      const offered = commits[0]?.offered[0];
      expect(offered).toMatchObject({ serial: 2, userId: '2', state: 'held', code: null, validUntil: null });
      expect(offered?.expiresAt).toBe(offered?.holdUntil);
      expect(Math.abs(Date.parse(offered?.holdUntil ?? '') - Date.now() - 30 * MINUTE_MS)).toBeLessThan(WITHIN_MS);
    });

    it('takes fresh codes for the whole batch when one is some other grant’s already', async () => {
      const taken = newCode();
      const codes = [newCode(), newCode(), taken, newCode(), taken, newCode(), newCode()];
      const { database, dropId, grantLedger } = await soldOut('coupon', () => codes.shift() ?? 'none left');
      const { commits } = await grantLedger.release([{ dropId, serial: 1, userId: '1' }]);
      expect(commits[0]?.offered).toMatchObject([{ serial: 2, code: taken }]);
      await database.query('update drops set stock = 2 where id = $1', [dropId]);
      // Two units, and one of the codes is bob's: nothing of it has happened when it is tried again.
      const waited = await grantLedger.wait(dropId, [{ userId: '4', requestId: 'mine' }]);
      expect(waited?.places).toMatchObject([{ place: 'waiting', arrival: 4 }]);
      await expect(
        grantLedger.release([{ dropId, serial: 2, userId: '2' }]).then(({ commits: [commit] }) => commit?.offered),
      ).resolves.toMatchObject([{ serial: 3, userId: '3' }]);
      expect(await mismatchesOf(database, [dropId])).toEqual([]);
    });
  });

  describe('time', () => {
    it('keeps a slot for the grace of its payment, where that is longer than its hold', async () => {
      const { database, dropId } = await soldOut('product');
      const opened = async (requestId: string, graceMs: number) => {
        const paymentLedger = new PaymentLedger(database, { graceMs, firstLookMs: MINUTE_MS });
        const wish = { id: `${dropId}-${requestId}`, dropId, serial: 1, userId: '1', requestId, method: 'sandbox' };
        return { paymentLedger, ...(await paymentLedger.open({ ...wish, ask: true })) };
      };
      const short = await opened('short', MINUTE_MS);
      expect(short.slot?.expiresAt).toBe(short.slot?.holdUntil);
      await short.paymentLedger.decide(`${dropId}-short`, { word: 'declined', failure: 'card_declined' }, null);
      const long = await opened('long', 60 * MINUTE_MS);
      expect(Math.abs(Date.parse(long.slot?.expiresAt ?? '') - Date.now() - 60 * MINUTE_MS)).toBeLessThan(WITHIN_MS);
      const said = { word: 'declined', failure: 'card_declined' } as const;
      const declined = await long.paymentLedger.decide(`${dropId}-long`, said, null);
      expect(declined?.slot).toMatchObject({ paymentId: null, expiresAt: declined?.slot.holdUntil });
    });

    it('is over for what is due, the longest overdue first', async () => {
      const database = open();
      const dropId = await openDrop(database, { kind: 'product', stock: 5, limit: 5, line: true });
      await new Ledger(database, newCode).claim(
        dropId,
        ['a', 'b', 'c', 'd', 'e'].map((requestId) => ({ userId: '1', requestId })),
      );
      const end = (serial: number, at: string) =>
        database.query(`update grants set expires_at = clock_timestamp() ${at} where drop_id = $1 and serial = $2`, [
          dropId,
          serial,
        ]);
      for (const [serial, at] of [
        `- interval '500 years'`,
        `- interval '300 years'`,
        `- interval '400 years'`,
      ].entries()) {
        await end(serial + 1, at);
      }
      await end(4, `+ interval '1 minute'`);
      const grantLedger = new GrantLedger(database, newCode);
      const places = [1, 3, 2].map((serial) => ({ dropId, serial }));
      expect(await grantLedger.due(3)).toEqual(places);
      expect(await grantLedger.due(2)).toEqual(places.slice(0, 2));
      const { answers } = await grantLedger.expire(database, [...places, { dropId, serial: 4 }]);
      expect(answers.map(({ answer }) => answer)).toEqual(['done', 'done', 'done', 'kept']);
      expect((await grantLedger.due(100)).filter((place) => place.dropId === dropId)).toEqual([]);
    });
  });
}
