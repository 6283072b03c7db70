import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchAnswer, type ClaimRequest, nothingDecided } from '../ledger/ledger.ts';
import { DirectIntake, type DirectIntakeOptions } from './direct-intake.ts';

const quiet: DirectIntakeOptions = { queueMax: 1000, batchMax: 1000, onDecided() {}, onFailed() {} };

/** Grants everything, in order; remembers the batches. */
function answering(requests: readonly ClaimRequest[], dropId: string): BatchAnswer {
  return {
    outcomes: requests.map(({ requestId }, place) => ({ outcome: 'sold_out', dropId, requestId, arrival: place })),
    standing: {
      entries: 1,
      opensAtMs: 0,
      closesAtMs: null,
      cancelled: false,
      waiting: 0,
      granted: 0,
      stock: 0,
      lastGrantedArrival: null,
    },
    taken: requests,
    decided: { ...nothingDecided(), soldOut: requests.length },
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the direct intake', () => {
  it('takes all that arrived in one turn as one batch, and what comes meanwhile as the next', async () => {
    const batches: string[][] = [];
    const waiting: (() => void)[] = [];
    const intake = new DirectIntake(
      {
        async claim(dropId, requests) {
          batches.push(requests.map((request) => request.requestId));
          await new Promise<void>((resolve) => waiting.push(resolve));
          return answering(requests, dropId);
        },
      },
      quiet,
    );
    const submit = (requestId: string) => intake.submit({ dropId: '1', userId: requestId, requestId });
    const first = [submit('a'), submit('b')];
    await turn();
    const second = [submit('c'), submit('d'), submit('e')];
    await turn();
    expect(batches).toEqual([['a', 'b']]);
    expect(intake.depth).toBe(5);
    waiting.shift()?.();
    await Promise.all(first);
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
    waiting.shift()?.();
    expect(await Promise.all(second)).toMatchObject([{ requestId: 'c' }, { requestId: 'd' }, { requestId: 'e' }]);
    await intake.drained();
    expect(intake.depth).toBe(0);
  });

  it('lets drops decide side by side, each one batch at a time and in order, whatever the ledger’s pace', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('1', '2', '3'), { minLength: 1, maxLength: 40 }),
        async (scheduler, drops) => {
          const deciding = new Set<string>();
          const decided = new Map<string, string[]>();
          const intake = new DirectIntake(
            {
              async claim(dropId, requests) {
                expect(deciding.has(dropId)).toBe(false);
                expect(requests.length).toBeLessThanOrEqual(4);
                deciding.add(dropId);
                await scheduler.schedule(Promise.resolve());
                deciding.delete(dropId);
                decided.set(dropId, [...(decided.get(dropId) ?? []), ...requests.map((request) => request.requestId)]);
                return answering(requests, dropId);
              },
            },
            { ...quiet, batchMax: 4 },
          );
          const claims = drops.map((dropId, place) => ({ dropId, userId: 'u', requestId: String(place) }));
          const answers: Promise<unknown>[] = [];
          for (const [place, claim] of claims.entries()) {
            answers.push(intake.submit(claim));
            if (place % 5 === 0) await turn();
          }
          await turn();
          await scheduler.waitFor(Promise.all(answers));
          expect(await Promise.all(answers)).toMatchObject(
            claims.map(({ dropId, requestId }) => ({ dropId, requestId })),
          );
          for (const [dropId, requestIds] of decided) {
            expect(requestIds).toEqual(
              claims.filter((claim) => claim.dropId === dropId).map((claim) => claim.requestId),
            );
          }
          expect(intake.depth).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('turns claims away at its bound, and takes them again when there is room', async () => {
    const intake = new DirectIntake(
      { claim: async (dropId, requests) => answering(requests, dropId) },
      { ...quiet, queueMax: 2 },
    );
    const submit = () => intake.submit({ dropId: '1', userId: 'u', requestId: 'r' });
    const taken = [submit(), submit()];
    expect(await submit()).toEqual({ fault: 'overloaded' });
    await Promise.all(taken);
    expect(await submit()).toMatchObject({ outcome: 'sold_out' });
  });

  it('tells a batch in doubt to ask again, and goes on with the next', async () => {
    let failures = 0;
    const reported: number[] = [];
    const intake = new DirectIntake(
      {
        async claim(dropId, requests) {
          failures += 1;
          if (failures === 1) throw new Error('the connection is gone');
          return answering(requests, dropId);
        },
      },
      { ...quiet, onFailed: (_dropId, _error, claims) => reported.push(claims) },
    );
    const submit = () => intake.submit({ dropId: '1', userId: 'u', requestId: 'r' });
    expect(await Promise.all([submit(), submit()])).toEqual([
      { fault: 'ledger_unavailable' },
      { fault: 'ledger_unavailable' },
    ]);
    expect(reported).toEqual([2]);
    expect(await submit()).toMatchObject({ outcome: 'sold_out' });
  });

  it('says so when the drop is unknown', async () => {
    const intake = new DirectIntake({ claim: async () => undefined }, quiet);
    expect(await intake.submit({ dropId: '1', userId: 'u', requestId: 'r' })).toEqual({ fault: 'drop_not_found' });
  });

  it('lets the gate know before it answers anybody', async () => {
    const order: string[] = [];
    const intake = new DirectIntake(
      { claim: async (dropId, requests) => answering(requests, dropId) },
      { ...quiet, onDecided: () => order.push('gate') },
    );
    await intake.submit({ dropId: '1', userId: 'u', requestId: 'r' }).then(() => order.push('answer'));
    expect(order).toEqual(['gate', 'answer']);
  });
});
