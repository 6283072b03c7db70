/** What every way from a gateway to the ledger promises. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Claim, Faulted, Intake } from '../../src/claims/intake.ts';
import type { Database } from '../../src/database/database.ts';
import { createDrop } from '../../src/drops/store.ts';
import { newTerms } from '../../src/drops/terms.ts';
import { checkHistory } from '../../src/history/check.ts';
import { parseLedger } from '../../src/history/ledger.ts';
import { exportLedger } from '../../src/ledger/export.ts';
import type { Outcome } from '../../src/ledger/outcome.ts';

export interface IntakeUnderTest {
  readonly database: Database;
  /** Two gateways that lead to the same ledger; `queueMax` is 500 each. */
  readonly gateways: readonly [Intake, Intake];
}

export const CONTRACT_QUEUE_MAX = 500;

export function intakeContract(adapter: string, open: () => IntakeUnderTest): void {
  describe(`contract: intake on ${adapter}`, () => {
    async function makeDrop(stock: number, perUserLimit = 1): Promise<string> {
      const input = { title: 'A drop', stock, perUserLimit, opensAt: new Date().toISOString() };
      const terms = newTerms('coupon', { ...input, discount: { percent: 10 }, validForDays: 1 }, Date.now());
      return (await createDrop(open().database, { ...terms, opensAtMs: Date.now() - 1_000 })).id;
    }

    const claimOf = (dropId: string, userId: number, requestId: string = randomUUID()): Claim => {
      return { dropId, userId: String(userId), requestId };
    };

    async function outcomeOf(answer: Promise<Outcome | Faulted | 'queued'>): Promise<string> {
      const settled = await answer;
      if (settled === 'queued') return settled;
      return 'fault' in settled ? settled.fault : settled.outcome;
    }

    it('keeps the order of one gateway: the first who asked', async () => {
      const { gateways } = open();
      const dropId = await makeDrop(10);
      const answers = await Promise.all(
        Array.from({ length: 25 }, (_, user) => outcomeOf(gateways[0].submit(claimOf(dropId, user + 1)))),
      );
      expect(answers).toEqual([...Array(10).fill('granted'), ...Array(15).fill('sold_out')]);
    });

    it('grants exactly what there is, through both gateways at once, and the ledger is consistent', async () => {
      const { gateways, database } = open();
      const dropId = await makeDrop(40);
      const outcomes = await Promise.all(
        Array.from({ length: 300 }, (_, user) =>
          outcomeOf((gateways[user % 2] as Intake).submit(claimOf(dropId, user + 1))),
        ),
      );
      expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(40);
      expect(outcomes.filter((outcome) => outcome === 'sold_out')).toHaveLength(260);
      const lines: string[] = [];
      for await (const line of exportLedger(database, dropId)) lines.push(line);
      expect(checkHistory([], parseLedger(lines.join('')))).toEqual([]);
    });

    it('gives a request one answer, however often it comes, by whichever gateway', async () => {
      const { gateways } = open();
      const dropId = await makeDrop(5, 3);
      const claim = claimOf(dropId, 1);
      const first = await Promise.all([
        gateways[0].submit(claim),
        gateways[1].submit(claim),
        gateways[0].submit(claim),
      ]);
      const later = await gateways[1].submit(claim);
      expect(new Set([...first, later].map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(later).toMatchObject({ outcome: 'granted', serial: 1, arrival: 1 });
    });

    it('serves many drops side by side', async () => {
      const { gateways } = open();
      const drops = await Promise.all(Array.from({ length: 20 }, () => makeDrop(1)));
      const answers = await Promise.all(
        drops.flatMap((dropId) => [1, 2].map((user) => outcomeOf(gateways[0].submit(claimOf(dropId, user))))),
      );
      expect(answers).toEqual(drops.flatMap(() => ['granted', 'sold_out']));
    });

    it('says that there is no such drop', async () => {
      expect(await open().gateways[0].submit(claimOf('999999999', 1))).toEqual({ fault: 'drop_not_found' });
    });

    it('turns away what is too much, and answers the rest', async () => {
      const { gateways } = open();
      const dropId = await makeDrop(1);
      const answers = await Promise.all(
        Array.from({ length: CONTRACT_QUEUE_MAX + 10 }, (_, user) =>
          outcomeOf(gateways[0].submit(claimOf(dropId, user + 1))),
        ),
      );
      expect(answers.filter((answer) => answer === 'overloaded')).toHaveLength(10);
      expect(answers.filter((answer) => answer === 'granted')).toHaveLength(1);
      expect(gateways[0].depth).toBe(0);
    });

    it('is drained when everybody has heard', async () => {
      const { gateways } = open();
      const dropId = await makeDrop(3);
      const order: string[] = [];
      const answers = [1, 2, 3].map((user) =>
        gateways[0].submit(claimOf(dropId, user)).then(() => order.push('heard')),
      );
      await gateways[0].drained();
      order.push('drained');
      await Promise.all(answers);
      expect(order).toEqual(['heard', 'heard', 'heard', 'drained']);
    });
  });
}
