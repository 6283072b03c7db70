import { beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedInFlightLock } from '../adapters/embedded-in-flight-lock.ts';
import type { Catalogue } from '../drops/catalogue.ts';
import type { Drop } from '../drops/drop.ts';
import { exampleDrop } from '../drops/example-drop.ts';
import type { Outcome } from '../ledger/outcome.ts';
import { Admission, type ClaimAnswer } from './admission.ts';
import type { Claim, Faulted, Intake } from './intake.ts';

const [alice, bob, carol] = ['1', '2', '3'];

describe('admission', () => {
  let drop: Drop;
  let submitted: { claim: Claim; resolve: (answer: Outcome | Faulted) => void }[];
  let admission: Admission;

  const claim = (userId: string, requestId: string, dropId = drop.id) => admission.claim({ dropId, userId, requestId });
  const granted = ({ dropId, requestId }: Claim): Outcome => {
    return { outcome: 'granted', dropId, requestId, grantId: `${dropId}-1`, serial: 1, arrival: 1 };
  };
  /** Until claims have reached the intake: the first one to a drop opens its gate. */
  const arrived = async (count: number) => {
    while (submitted.length < count) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(() => {
    drop = exampleDrop({ stock: 1 });
    submitted = [];
    const intake: Intake = {
      depth: 0,
      submit: (each) => new Promise((resolve) => submitted.push({ claim: each, resolve })),
      drained: async () => {},
    };
    const catalogue = {
      known: (id: string) => (id === drop.id ? drop : undefined),
      load: async (id: string) => (id === drop.id ? drop : undefined),
    } as Catalogue;
    admission = new Admission({
      catalogue,
      intake,
      lock: new EmbeddedInFlightLock(),
      ledger: { taken: async () => [{ userId: carol, requestId: 'before-the-restart' }] },
      nowMs: () => 5_000,
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
    expect(answers.map((answer) => ('fault' in answer ? answer.fault : answer.outcome))).toEqual([
      ...Array.from({ length: 5 }, () => 'sold_out'),
      ...Array.from({ length: 2 }, () => 'rate_limited'),
    ]);
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

  it('closes only after everybody who waited has heard', async () => {
    const order: string[] = [];
    const waiting = Promise.resolve(claim(alice, 'request-1')).then(() => order.push('heard'));
    await arrived(1);
    const closing = admission.close().then(() => order.push('closed'));
    submitted[0]?.resolve(granted(submitted[0].claim));
    await Promise.all([waiting, closing]);
    expect(order).toEqual(['heard', 'closed']);
  });

  it('takes no more claims once it is closed', async () => {
    await admission.close();
    expect(claim(alice, 'request-1')).toEqual({ fault: 'shutting_down' });
  });
});
