import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedInFlightLock } from '../adapters/embedded-in-flight-lock.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Drop } from '../drops/drop.ts';
import { exampleDrop } from '../drops/example-drop.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { bucketOf } from '../reports/latencies.ts';
import { Tally } from '../reports/tally.ts';
import { Admission, type ClaimAnswer } from './admission.ts';
import { Gate } from './gate.ts';
import type { Gates } from './gates.ts';
import type { Claim, Faulted, Intake } from './intake.ts';

const [alice, bob, carol] = ['1', '2', '3'];

describe('admission', () => {
  let drop: Drop;
  let nowMs: number;
  let submitted: { claim: Claim; resolve: (answer: Outcome | Faulted | 'queued') => void }[];
  let lock: EmbeddedInFlightLock;
  let admission: Admission;
  let tally: Tally;

  const claim = (userId: string, requestId: string, dropId = drop.id) => admission.claim({ dropId, userId, requestId });
  const granted = ({ dropId, requestId }: Claim): Outcome => {
    return { outcome: 'granted', dropId, requestId, grantId: `${dropId}-1`, serial: 1, arrival: 1 };
  };
  /** The one drop of most tests, and as many others, sold out, as one likes. */
  const dropOf = (id: string) => {
    if (id === drop.id) return drop;
    return Number(id) > 1_000 ? exampleDrop({ id, stock: 1, granted: 1 }) : undefined;
  };
  /** Until claims have reached the intake: the first one to a drop opens its gate. */
  const arrived = async (count: number) => {
    while (submitted.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(() => {
    drop = exampleDrop({ stock: 1 });
    nowMs = 5_000;
    tally = new Tally();
    submitted = [];
    lock = new EmbeddedInFlightLock();
    const intake: Intake = {
      depth: 0,
      submit: (each) => new Promise((resolve) => submitted.push({ claim: each, resolve })),
      drained: async () => {},
    };
    const catalogue = {
      known: (id: string) => dropOf(id),
      load: async (id: string) => dropOf(id),
    } as Catalogue;
    const gates = new Map<string, Gate>();
    admission = new Admission({
      catalogue,
      intake,
      lock,
      gates: {
        get: (dropId: string) => gates.get(dropId),
        async open(dropId: string) {
          if (dropOf(dropId) === undefined) return undefined;
          await new Promise((resolve) => setImmediate(resolve));
          const known = gates.get(dropId);
          if (known !== undefined) return known;
          const gate = new Gate();
          gate.learn(1, [{ userId: carol, requestId: 'before-the-restart' }]);
          gates.set(dropId, gate);
          return gate;
        },
      } as Gates,
      nowMs: () => nowMs,
      tally,
      onQueued() {},
      claimsPerUserPerSecond: 5,
    });
  });

  it('gives the same request on its way twice one place in the queue and one answer', async () => {
    const [one, other] = [claim(alice, 'request-1'), claim(alice, 'request-1')];
    await arrived(1);
    const third = claim(alice, 'request-1');
    expect(submitted).toHaveLength(1);
    submitted[0]?.resolve(granted(submitted[0].claim));
    const answers = await Promise.all([one, other, third]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(submitted).toHaveLength(1);
  });

  it('keeps a second request of the same user for the same drop out of the queue', async () => {
    const first = claim(alice, 'request-1');
    await arrived(1);
    expect(await claim(alice, 'request-2')).toEqual({ fault: 'claim_in_flight' });
    submitted[0]?.resolve(granted(submitted[0].claim));
    await first;
    void claim(alice, 'request-3');
    await arrived(2);
    expect(submitted[1]?.claim.requestId).toBe('request-3');
  });

  it('refuses from memory, without a promise, what the gate refuses', async () => {
    const first = claim(alice, 'request-1');
    await arrived(1);
    submitted[0]?.resolve(granted(submitted[0].claim));
    await first;
    drop = { ...drop, granted: 1 };
    expect(claim(bob, 'request-1')).toEqual({ outcome: 'sold_out', dropId: '7', requestId: 'request-1' });
    drop = { ...drop, opensAtMs: 9_000 };
    expect(claim(bob, 'request-1')).toEqual({
      ...{ outcome: 'not_open', dropId: '7', requestId: 'request-1' },
      ...{ opensAt: '1970-01-01T00:00:09.000Z', serverTime: '1970-01-01T00:00:05.000Z' },
    });
    expect(submitted).toHaveLength(1);
  });

  it('asks the ledger for whoever claimed before a restart, also when sold out', async () => {
    drop = { ...drop, granted: 1 };
    expect(await claim(bob, 'request-1')).toMatchObject({ outcome: 'sold_out' });
    expect(await claim(carol, 'after-the-restart')).toMatchObject({ outcome: 'sold_out' });
    void claim(carol, 'before-the-restart');
    await arrived(1);
  });

  it.each(['8', '0', '-1', 'x', '', '99999999999999999999', '7 '])('knows no drop %j', async (dropId) => {
    expect(await claim(alice, 'request-1', dropId)).toEqual({ fault: 'drop_not_found' });
  });

  it('lets nobody press faster than a person can', async () => {
    drop = { ...drop, granted: 1 };
    const answers: ClaimAnswer[] = [];
    for (let press = 0; press < 7; press += 1) answers.push(await claim(bob, `request-${press}`));
    expect(answers.map((answer) => ('fault' in answer ? answer.fault : 'outcome' in answer && answer.outcome))).toEqual(
      [...Array.from({ length: 5 }, () => 'sold_out'), ...Array.from({ length: 2 }, () => 'rate_limited')],
    );
    expect(Object.fromEntries(admission.counts)).toEqual({ sold_out: 5, rate_limited: 2 });
  });

  it('forgets what the queue had no room for, and remembers what is in doubt', async () => {
    const refused = claim(alice, 'request-1');
    const doubtful = claim(bob, 'request-1');
    await arrived(2);
    submitted[0]?.resolve({ fault: 'overloaded' });
    submitted[1]?.resolve({ fault: 'ledger_unavailable' });
    await Promise.all([refused, doubtful]);
    drop = { ...drop, granted: 1 };
    expect(claim(alice, 'request-1')).toMatchObject({ outcome: 'sold_out' });
    void claim(bob, 'request-1');
    await arrived(3);
  });

  it('forgets a press that met another one of its user, once that is sold out', async () => {
    const first = claim(alice, 'request-1');
    await arrived(1);
    expect(await claim(alice, 'request-2')).toEqual({ fault: 'claim_in_flight' });
    submitted[0]?.resolve(granted(submitted[0].claim));
    await first;
    drop = { ...drop, granted: 1 };
    expect(claim(alice, 'request-2')).toMatchObject({ outcome: 'sold_out' });
  });

  it('remembers a winner whose repeat finds the queue full', async () => {
    const won = claim(alice, 'request-1');
    await arrived(1);
    submitted[0]?.resolve(granted(submitted[0].claim));
    await won;
    const repeat = claim(alice, 'request-1');
    await arrived(2);
    submitted[1]?.resolve({ fault: 'overloaded' });
    expect(await repeat).toEqual({ fault: 'overloaded' });
    drop = { ...drop, granted: 1 };
    void claim(alice, 'request-1');
    await arrived(3);
  });

  it('lets the clock of the day be set back without holding anybody to a second long past', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    try {
      drop = { ...drop, granted: 1 };
      for (let press = 0; press < 6; press += 1) await claim(bob, `request-${press}`);
      nowMs = -3_600_000;
      now.mockReturnValue(1_000);
      expect(claim(bob, 'request-7')).toMatchObject({ outcome: 'not_open' });
    } finally {
      now.mockRestore();
    }
  });

  /** What was counted, by name; and how many of it with the time that it took. */
  const counted = () => {
    const sum: Record<string, number> = {};
    for (const { dropId: _, second: __, run: ___, latencies, ...counts } of tally.take(Number.POSITIVE_INFINITY)) {
      for (const [name, count] of Object.entries(counts)) if (count > 0) sum[name] = (sum[name] ?? 0) + count;
      const timed = latencies?.reduce((all, count) => all + count, 0) ?? 0;
      if (timed > 0) sum['timed'] = (sum['timed'] ?? 0) + timed;
    }
    return sum;
  };

  it('counts what it refuses itself, by drop and second, and how long the ledger took for each claim', async () => {
    const first = claim(alice, 'request-1');
    await arrived(1);
    const repeat = claim(alice, 'request-1');
    expect(await claim(alice, 'request-2')).toEqual({ fault: 'claim_in_flight' });
    const refused = claim(bob, 'request-1');
    await arrived(2);
    submitted[0]?.resolve(granted(submitted[0].claim));
    submitted[1]?.resolve({ outcome: 'sold_out', dropId: '7', requestId: 'request-1', arrival: 2 });
    await Promise.all([first, repeat, refused]);
    drop = { ...drop, granted: 1 };
    for (let press = 0; press < 6; press += 1) void claim('4', `request-${press}`);
    expect(counted()).toEqual({ soldOut: 5, atGate: 5, faults: 2, timed: 2 });
    expect(admission.counts.get('granted')).toBe(2);
  });

  it('counts at the gate also whoever opened it', async () => {
    drop = { ...drop, granted: 1 };
    expect(await claim(bob, 'request-1')).toMatchObject({ outcome: 'sold_out' });
    expect(counted()).toEqual({ soldOut: 1, atGate: 1 });
  });

  it('counts nothing of drops that there are not, however they are called', async () => {
    for (let press = 0; press < 7; press += 1) await claim(bob, `request-${press}`, `${800 + press}`);
    await admission.close();
    await claim(carol, 'request-9', '899');
    expect(counted()).toEqual({});
    expect(admission.counts.get('drop_not_found')).toBe(5);
  });

  it('counts what comes late when it comes, with all of its time, and `queued` not at all', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    try {
      const answer = claim(alice, 'request-1');
      await arrived(1);
      submitted[0]?.resolve('queued');
      await answer;
      expect(counted()).toEqual({});
      now.mockReturnValue(4_000);
      nowMs = 9_000;
      const mine = { dropId: '7', userId: alice, requestId: 'request-1' };
      admission.settleLate(mine, granted(mine));
      const [second] = tally.take(10_000);
      expect(second).toMatchObject({ second: 9, faults: 0 });
      expect(second?.latencies?.findIndex((count) => count > 0)).toBe(bucketOf(4_000));
    } finally {
      now.mockRestore();
    }
  });

  it('closes only after everybody who waited has heard', async () => {
    const order: string[] = [];
    const waiting = Promise.resolve(claim(alice, 'request-1')).then(() => order.push('heard'));
    await arrived(1);
    const closing = admission.close().then(() => order.push('closed'));
    submitted[0]?.resolve(granted(submitted[0].claim));
    await Promise.all([waiting, closing]);
    expect(order).toEqual(['heard', 'closed']);
  });

  it('says where to look when the queue is late, and keeps the user to one claim until the outcome comes', async () => {
    const answer = claim(alice, 'request-1');
    await arrived(1);
    submitted[0]?.resolve('queued');
    expect(await answer).toEqual({ queued: '/v1/drops/7/claims/request-1', dropId: '7', requestId: 'request-1' });
    const mine = { dropId: '7', userId: alice, requestId: 'request-1' };
    expect(await admission.isOnItsWay(mine)).toBe(true);
    expect(await claim(alice, 'request-2')).toEqual({ fault: 'claim_in_flight' });
    const before = drop;
    drop = { ...drop, granted: 1 };
    const repeat = claim(alice, 'request-1');
    await arrived(2);
    submitted[1]?.resolve('queued');
    expect(await repeat).toHaveProperty('queued');
    drop = before;
    admission.settleLate(mine, granted(mine));
    expect(await admission.isOnItsWay(mine)).toBe(false);
    drop = { ...drop, granted: 1 };
    expect(claim(alice, 'request-2')).toMatchObject({ outcome: 'sold_out' });
    expect(claim(alice, 'request-1')).toBeInstanceOf(Promise);
  });

  it('takes no more claims once it is closed', async () => {
    await admission.close();
    expect(claim(alice, 'request-1')).toEqual({ fault: 'shutting_down' });
  });
});
