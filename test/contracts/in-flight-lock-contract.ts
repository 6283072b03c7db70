/** What a claim's way relies on in the in-flight lock, with as many processes as the adapter serves. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { InFlightLock } from '../../src/claims/in-flight-lock.ts';
import { InFlightLockModel } from './in-flight-lock-model.ts';

const USERS = ['1', '2'];
const REQUESTS = ['request-1', 'request-2', 'request-3'];
let drops = 0;

/** Shared servers keep the locks of earlier tests for a while. */
function newDrop(): string {
  drops += 1;
  return String(drops);
}

/** What one process asks in one turn of the event loop. */
interface Turn {
  readonly holder: number;
  readonly steps: readonly (readonly ['acquire' | 'release', userId: string, requestId: string])[];
}

function turns(holders: number): fc.Arbitrary<Turn[]> {
  const step = fc.tuple(
    fc.constantFrom('acquire' as const, 'release' as const),
    fc.constantFrom(...USERS),
    fc.constantFrom(...REQUESTS),
  );
  const turn = fc.record({
    holder: fc.nat(holders - 1),
    steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  });
  return fc.array(turn, { minLength: 1, maxLength: 12 });
}

/** `open` gives the lock as each process of the fleet sees it. */
export function inFlightLockContract(adapter: string, open: () => readonly InFlightLock[]): void {
  describe(`contract: in-flight lock on ${adapter}`, () => {
    let locks: readonly InFlightLock[];
    let lock: InFlightLock;

    beforeAll(() => {
      locks = open();
      const [first] = locks;
      if (first === undefined) throw new Error('a fleet has a process');
      lock = first;
    });

    it('refuses another request until the first is answered', async () => {
      const drop = newDrop();
      expect(await lock.acquire(drop, '7', 'request-1')).toBe(true);
      expect(await lock.acquire(drop, '7', 'request-2')).toBe(false);
      lock.release(drop, '7', 'request-1');
      expect(await lock.acquire(drop, '7', 'request-2')).toBe(true);
    });

    it('lets the same request pass', async () => {
      const drop = newDrop();
      expect(await lock.acquire(drop, '7', 'request-1')).toBe(true);
      expect(await lock.acquire(drop, '7', 'request-1')).toBe(true);
      expect(await lock.acquire(drop, '7', 'request-2')).toBe(false);
    });

    it('is released by its own request alone', async () => {
      const drop = newDrop();
      lock.release(drop, '7', 'request-1');
      await lock.acquire(drop, '7', 'request-1');
      lock.release(drop, '7', 'request-2');
      expect(await lock.acquire(drop, '7', 'request-2')).toBe(false);
    });

    it('tells which request holds it', async () => {
      const drop = newDrop();
      expect(await lock.holds(drop, '7')).toBeUndefined();
      await lock.acquire(drop, '7', 'request-1');
      expect(await lock.holds(drop, '7')).toBe('request-1');
      lock.release(drop, '7', 'request-1');
      expect(await lock.holds(drop, '7')).toBeUndefined();
    });

    it('is one per user and drop', async () => {
      const [one, other] = [newDrop(), newDrop()];
      await lock.acquire(one, '7', 'request-1');
      expect(await lock.acquire(one, '77', 'request-2')).toBe(true);
      expect(await lock.acquire(other, '7', 'request-3')).toBe(true);
    });

    it('answers thousands of one turn in the order in which they asked, first come, first served', async () => {
      const drop = newDrop();
      const asked = Array.from({ length: 9_000 }, (_, place) => ({
        userId: String(place % 3_000),
        request: `request-${place}`,
      }));
      const resolved: number[] = [];
      const granted = await Promise.all(
        asked.map(async ({ userId, request }, place) => {
          const answer = await lock.acquire(drop, userId, request);
          resolved.push(place);
          return answer;
        }),
      );
      expect(resolved).toEqual(asked.keys().toArray());
      expect(granted).toEqual(asked.map((_, place) => place < 3_000));
    });

    it('does as the model, with all processes at once', async () => {
      await fc.assert(
        fc.asyncProperty(turns(locks.length), async (plan) => {
          const drop = newDrop();
          const model = new InFlightLockModel();
          for (const { holder, steps } of plan) {
            const asks = locks[holder] ?? lock;
            const answers = steps.map(([step, userId, requestId]) => asks[step](drop, userId, requestId));
            const expected = steps.map(([step, userId, requestId]) => model[step](holder, userId, requestId));
            expect(await Promise.all(answers)).toEqual(expected);
            for (const userId of USERS) expect(await asks.holds(drop, userId)).toBe(model.holds(userId));
          }
        }),
      );
    });
  });
}
