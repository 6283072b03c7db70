import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker } from '../fleet/breaker.ts';
import { nothingDecided } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';
import type { QueuedClaims } from './claim-queue.ts';
import { DirectIntake } from './direct-intake.ts';
import type { Claim, Faulted } from './intake.ts';
import { QueuedIntake } from './queued-intake.ts';

const claimOf = (userId: string, dropId = '7'): Claim => ({ dropId, userId, requestId: `request-${userId}` });
const outcomeOf = ({ dropId, requestId }: Claim, arrival = 1): Outcome => {
  return { outcome: 'sold_out', dropId, requestId, arrival };
};
const pause = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the queued intake', () => {
  let records: QueuedClaims[];
  let put: () => Promise<void>;
  let lag: number | undefined;
  let hearing: boolean;
  let inLedger: Map<string, Outcome>;
  let askedDirectly: string[];
  let directFails: boolean;
  let directHeld: Promise<void> | undefined;
  let late: [Claim, Outcome | Faulted][];
  let breaker: Breaker;
  let intake: QueuedIntake;

  beforeEach(() => {
    vi.useFakeTimers();
    records = [];
    put = async () => {};
    lag = 1;
    hearing = true;
    inLedger = new Map();
    askedDirectly = [];
    directFails = false;
    directHeld = undefined;
    late = [];
    breaker = new Breaker({ name: 'kafka', failuresMax: 1, probeAfterMs: 300, onChange() {} });
    const direct = new DirectIntake(
      {
        async claim(dropId, requests) {
          await directHeld;
          if (directFails) throw new Error('the database is away');
          askedDirectly.push(...requests.map(({ userId }) => userId));
          const standing = {
            entries: 1,
            opensAtMs: 0,
            closesAtMs: null,
            cancelled: false,
            waiting: 0,
            granted: 0,
            stock: 0,
          };
          const outcomes = requests.map(({ userId }, place) => outcomeOf(claimOf(userId, dropId), 100 + place));
          return {
            outcomes,
            standing: { ...standing, lastGrantedArrival: null },
            taken: requests,
            decided: nothingDecided(),
          };
        },
      },
      { queueMax: 100, batchMax: 100, onDecided() {}, onFailed() {} },
    );
    intake = new QueuedIntake({
      ...{ name: 'me', breaker, direct, answerWithinMs: 200, queueMax: 5, lagMax: 10 },
      queue: {
        async put(each) {
          await put();
          records.push(...each);
        },
        read: async () => {},
        readAgain() {},
        applied() {},
        probe: () => put(),
        earliest: async () => 0n,
        close: async () => {},
        get lag() {
          return lag;
        },
      },
      ledger: { answersTo: async (_dropId, requests) => requests.map(({ userId }) => inLedger.get(userId)) },
      hearing: () => hearing,
      onLate: (claim, answer) => late.push([claim, answer]),
    });
  });
  afterEach(() => {
    intake.close();
    vi.useRealTimers();
  });

  /** What comes of it when as much time goes by as it takes. */
  async function inTime<Result>(work: Promise<Result>): Promise<Result> {
    let done = false;
    const ended = () => {
      done = true;
    };
    work.then(ended, ended);
    while (!done) await pause(10);
    return work;
  }
  const answerTo = (claim: Claim) => inTime(intake.submit(claim));

  const hear = (claim: Claim, outcome: Outcome | null) =>
    intake.hear({ dropId: claim.dropId, answers: [[{ userId: claim.userId, requestId: claim.requestId }, outcome]] });

  it('puts what arrives together into one record per drop, and answers with what is told', async () => {
    const claims = [claimOf('1'), claimOf('2'), claimOf('3', '8')];
    const answers = claims.map((claim) => intake.submit(claim));
    await pause(30);
    expect(records.map(({ from, dropId, claims: each }) => [from, dropId, each.map(({ userId }) => userId)])).toEqual([
      ['me', '7', ['1', '2']],
      ['me', '8', ['3']],
    ]);
    for (const claim of claims) hear(claim, outcomeOf(claim));
    expect(await Promise.all(answers)).toEqual(claims.map((claim) => outcomeOf(claim)));
    expect(intake.depth).toBe(0);
  });

  it('gathers while a record is being put', async () => {
    let finish = () => {};
    put = () => new Promise((resolve) => (finish = resolve));
    void intake.submit(claimOf('1'));
    await pause(30);
    for (const user of ['2', '3']) void intake.submit(claimOf(user));
    await pause(30);
    put = async () => {};
    finish();
    await pause(30);
    expect(records.map(({ claims }) => claims.length)).toEqual([1, 2]);
  });

  it('lets a repeat wait for the same answer, and puts nothing more', async () => {
    const claim = claimOf('1');
    const answers = [intake.submit(claim), intake.submit(claim)];
    await pause(30);
    hear(claim, null);
    expect(await Promise.all(answers)).toEqual([{ fault: 'drop_not_found' }, { fault: 'drop_not_found' }]);
    expect(records).toHaveLength(1);
  });

  it('tells `queued` in time, and the outcome late', async () => {
    const claim = claimOf('1');
    expect(await answerTo(claim)).toBe('queued');
    await inTime(intake.drained());
    expect(intake.depth).toBe(1);
    hear(claim, outcomeOf(claim));
    expect(late).toEqual([[claim, outcomeOf(claim)]]);
    expect(intake.depth).toBe(0);
  });

  it('answers both who was told `queued` and the repeat that waits since', async () => {
    const claim = claimOf('1');
    expect(await answerTo(claim)).toBe('queued');
    const repeat = intake.submit(claim);
    hear(claim, outcomeOf(claim));
    expect(await inTime(repeat)).toEqual(outcomeOf(claim));
    expect(late).toEqual([[claim, outcomeOf(claim)]]);
  });

  it('never lets a late answer take the place of a repeat that waits', async () => {
    const claim = claimOf('1');
    put = () => Promise.reject(new Error('no brokers'));
    let release = () => {};
    directHeld = new Promise((resolve) => (release = resolve));
    const first = intake.submit(claim);
    await pause(30);
    hear(claim, outcomeOf(claim));
    await first;
    const repeat = intake.submit(claim);
    release();
    expect(await inTime(repeat)).toMatchObject({ outcome: 'sold_out' });
    await inTime(intake.drained());
    expect(intake.depth).toBe(0);
  });

  it('looks into the ledger when nothing is heard', async () => {
    hearing = false;
    inLedger.set('1', outcomeOf(claimOf('1'), 42));
    expect(await answerTo(claimOf('1'))).toEqual(outcomeOf(claimOf('1'), 42));
  });

  it('asks directly when the queue fails, also for those who wait, and goes back when it works', async () => {
    const waiting = intake.submit(claimOf('1'));
    await pause(30);
    put = () => Promise.reject(new Error('no brokers'));
    expect(await answerTo(claimOf('2'))).toMatchObject({ outcome: 'sold_out' });
    expect(breaker.state).toBe('open');
    expect(await inTime(waiting)).toMatchObject({ outcome: 'sold_out' });
    expect(askedDirectly).toEqual(['2', '1']);
    put = async () => {};
    await pause(1_000);
    expect(breaker.state).toBe('closed');
    void intake.submit(claimOf('3'));
    await pause(30);
    expect(records.at(-1)?.claims).toEqual([{ userId: '3', requestId: 'request-3' }]);
    expect(breaker.state).toBe('closed');
  });

  it('is in doubt, and says so, when both ways fail', async () => {
    put = () => Promise.reject(new Error('no brokers'));
    directFails = true;
    expect(await answerTo(claimOf('1'))).toEqual({ fault: 'ledger_unavailable' });
  });

  it('keeps what was told `queued` until somebody can answer it', async () => {
    expect(await answerTo(claimOf('1'))).toBe('queued');
    put = () => Promise.reject(new Error('no brokers'));
    directFails = true;
    await answerTo(claimOf('2'));
    await pause(150);
    expect([late, intake.depth]).toEqual([[], 1]);
    directFails = false;
    await pause(1_000);
    expect(late).toMatchObject([[claimOf('1'), { outcome: 'sold_out' }]]);
  });

  it('promises nothing that the queue does not hold', async () => {
    let release = () => {};
    directHeld = new Promise((resolve) => (release = resolve));
    put = () => Promise.reject(new Error('no brokers'));
    expect(await answerTo(claimOf('1'))).toEqual({ fault: 'ledger_unavailable' });
    await inTime(intake.drained());
    release();
    await pause(1_000);
    expect(late).toMatchObject([[claimOf('1'), { outcome: 'sold_out' }]]);
    expect(intake.depth).toBe(0);
  });

  it('tells an owner who was sent away what the queue had after all, once, and nobody else', async () => {
    put = () => Promise.reject(new Error('it has them all the same'));
    directFails = true;
    expect(await answerTo(claimOf('1'))).toEqual({ fault: 'ledger_unavailable' });
    for (const user of ['1', '1', '2']) hear(claimOf(user), outcomeOf(claimOf(user)));
    expect(late).toEqual([[claimOf('1'), outcomeOf(claimOf('1'))]]);
  });

  it('keeps nobody waiting for a queue that is away, nor for finding out whether it is back', async () => {
    put = () => new Promise(() => {});
    const first = intake.submit(claimOf('1'));
    expect(await inTime(first)).toEqual({ fault: 'ledger_unavailable' });
    await expect(breaker.run(() => Promise.reject(new Error('no brokers')))).rejects.toThrow();
    for (const user of ['2', '3', '4']) {
      const startedMs = performance.now();
      expect(await answerTo(claimOf(user))).toMatchObject({ outcome: 'sold_out' });
      expect(performance.now() - startedMs).toBeLessThan(100);
      await pause(200);
    }
  });

  it('turns away what is too much, here or in the queue', async () => {
    for (const user of ['1', '2', '3', '4', '5']) void intake.submit(claimOf(user));
    expect(await answerTo(claimOf('6'))).toEqual({ fault: 'overloaded' });
    for (const user of ['1', '2', '3', '4', '5']) hear(claimOf(user), outcomeOf(claimOf(user)));
    lag = 11;
    expect(await answerTo(claimOf('6'))).toEqual({ fault: 'overloaded' });
    lag = undefined;
    void intake.submit(claimOf('6'));
    expect(intake.depth).toBe(1);
  });
});
