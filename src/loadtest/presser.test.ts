/** What a press lives through, played with a connection whose answers the test gives and a clock that it moves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, errorAnswer, readHttpAnswer, readSocketAnswer } from './answer.ts';
import type { Connection, Reply } from './connection.ts';
import { Presser } from './presser.ts';
import { type Claim, RunRecord } from './record.ts';

const granted = readSocketAnswer({ type: 'outcome', outcome: 'granted', arrival: 1, serial: 1, grantId: 'g' });
const soldOutAtGate = readSocketAnswer({ type: 'outcome', outcome: 'sold_out' });
const tooEarly = readSocketAnswer({
  type: 'outcome',
  outcome: 'not_open',
  opensAt: '2026-11-21T10:00:00.400Z',
  serverTime: '2026-11-21T10:00:00.000Z',
});
const queued = readHttpAnswer(202, 1, JSON.stringify({ claim: '/v1/drops/7/claims/r1', dropId: '7', requestId: 'r1' }));
const busy = (seconds: number) => readSocketAnswer({ type: 'error', code: 'overloaded', retryAfterSeconds: seconds });

class FakeConnection implements Connection {
  readonly sent: { readonly requestId: string; readonly reply: Reply }[] = [];
  open = () => Promise.resolve();
  close = () => {};
  prepareClaim = () => Buffer.from('claim');

  sendClaim(_prepared: Buffer, requestId: string, reply: Reply): void {
    this.sent.push({ requestId, reply });
  }

  /** Answers the oldest claim that is on its way. */
  answer(answer: Answer | null): void {
    this.sent.shift()?.reply(answer);
  }
}

let connection: FakeConnection;
let record: RunRecord;
let presser: Presser;
let isDone: boolean;

function press(copies = 1, copiesLater = 0): Claim {
  const claim: Claim = {
    buyer: { id: 'u1', accessToken: 't' },
    connectionIndex: 0,
    requestId: 'r1',
    intendedAt: performance.now(),
    prepared: undefined,
    copiesLater,
    firstSentAt: 0,
    answer: null,
    answeredAt: 0,
  };
  presser.press(claim, copies);
  presser.whenDone().then(
    () => {
      isDone = true;
    },
    () => {},
  );
  return claim;
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.advanceTimersByTime(1000);
  connection = new FakeConnection();
  record = new RunRecord('7', 'ws');
  presser = new Presser([connection], record, 10_000);
  isDone = false;
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a press', () => {
  it('is done with its answer, and its latency counts from the planned instant', async () => {
    const claim = press();
    await vi.advanceTimersByTimeAsync(30);
    expect(isDone).toBe(false);
    connection.answer(granted);
    await vi.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(true);
    expect(claim.answer).toBe(granted);
    expect(claim.answeredAt - claim.intendedAt).toBe(30);
    expect(record.attempts).toMatchObject([
      { userId: 'u1', requestId: 'r1', outcome: 'granted', serial: 1, grantId: 'g' },
    ]);
  });

  it('that came too early is sent again when the drop opens', async () => {
    press();
    connection.answer(tooEarly);
    await vi.advanceTimersByTimeAsync(399);
    expect(connection.sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(400 * 0.2 + 1);
    expect(connection.sent.map((one) => one.requestId)).toEqual(['r1']);
  });

  it('waits as long as a busy server asks', async () => {
    press();
    connection.answer(busy(2));
    await vi.advanceTimersByTimeAsync(1999);
    expect(connection.sent).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2000 * 0.2 + 1);
    expect(connection.sent).toHaveLength(1);
    expect([...record.retries]).toEqual([['overloaded', 1]]);
  });

  it('whose connection was lost is unanswered, and sent again with the same request id', async () => {
    const claim = press();
    connection.answer(null);
    await vi.advanceTimersByTimeAsync(100);
    connection.answer(granted);
    expect(claim.answer).toBe(granted);
    expect(record.attempts.map((attempt) => attempt.answeredAt === null)).toEqual([true, false]);
    expect(new Set(record.attempts.map((attempt) => attempt.requestId)).size).toBe(1);
  });

  it('that is queued is sent again after the wait', async () => {
    const claim = press();
    connection.answer(queued);
    await vi.advanceTimersByTimeAsync(1000 * 1.2 + 1);
    connection.answer(granted);
    expect(claim.answer).toBe(granted);
    expect([...record.retries]).toEqual([['queued', 1]]);
    expect(record.attempts).toMatchObject([
      { status: 202, errorCode: 'queued', outcome: null },
      { errorCode: null, outcome: 'granted' },
    ]);
  });

  it('that gets no answer is sent again, and whichever answer comes first counts', async () => {
    presser = new Presser([connection], record, 10_000, 2_000);
    const claim = press();
    await vi.advanceTimersByTimeAsync(2_000 + 100);
    expect([...record.retries]).toEqual([['no_answer_in_time', 1]]);
    expect(connection.sent).toHaveLength(2);
    connection.answer(granted);
    await vi.advanceTimersByTimeAsync(0);
    expect([isDone, claim.answer]).toEqual([true, granted]);
    connection.answer(granted);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(connection.sent).toHaveLength(0);
    expect(presser.answered).toBe(1);
    expect(record.attempts.map(({ outcome }) => outcome)).toEqual([null, 'granted', 'granted']);
  });

  it('is given up when the next try would come after its deadline', async () => {
    const claim = press();
    connection.answer(busy(20));
    await vi.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(true);
    expect(claim.answer).toBeNull();
    expect(record.retries.size).toBe(0);
  });

  it('is over with a fault, which is an error', async () => {
    const claim = press();
    connection.answer(errorAnswer('internal'));
    await vi.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(true);
    expect(claim.answer).toBeNull();
    expect([...record.errors]).toEqual([['internal', 1]]);
  });

  it('is given up while it waits, when the run is over', async () => {
    press();
    connection.answer(busy(1));
    presser.giveUp();
    await vi.advanceTimersByTimeAsync(5000);
    expect(isDone).toBe(true);
    expect(connection.sent).toHaveLength(0);
  });

  it('that is on its way when the run is over ends with its connection', async () => {
    press();
    presser.giveUp();
    await vi.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(false);
    connection.answer(null);
    await vi.advanceTimersByTimeAsync(5000);
    expect(isDone).toBe(true);
    expect(connection.sent).toHaveLength(0);
  });
});

describe('copies of a press', () => {
  it('go out together, and the later ones after the first answer', async () => {
    press(2, 1);
    expect(connection.sent).toHaveLength(2);
    connection.answer(granted);
    expect(connection.sent).toHaveLength(2);
    connection.answer(granted);
    connection.answer(granted);
    await vi.advanceTimersByTimeAsync(0);
    expect(isDone).toBe(true);
    expect(record.attempts).toHaveLength(3);
  });

  it('count as one claim, answered once; the ledger overrules the gate, never the other way', async () => {
    const claim = press(3);
    connection.answer(soldOutAtGate);
    await vi.advanceTimersByTimeAsync(50);
    connection.answer(granted);
    connection.answer(soldOutAtGate);
    expect(claim.answer).toBe(granted);
    expect(claim.answeredAt - claim.intendedAt).toBe(0);
    expect(presser.answered).toBe(1);
  });
});
