import { describe, expect, it } from 'vitest';
import { type Answer, errorAnswer } from '../src/loadtest/answer.ts';
import type { Connection, Reply } from '../src/loadtest/connection.ts';
import { FailoverConnection } from './failover-connection.ts';

class FakeWay implements Connection {
  readonly replies: Reply[] = [];
  open = () => Promise.resolve();
  close = () => {};
  prepareClaim = () => Buffer.from('claim');

  sendClaim(_prepared: Buffer, _requestId: string, reply: Reply): void {
    this.replies.push(reply);
  }
}

const busy = errorAnswer('overloaded');

function two(spreads: boolean) {
  const ways = [new FakeWay(), new FakeWay()] as const;
  const connection = new FailoverConnection(ways, 0, { spreads });
  const answers: (Answer | null)[] = [];
  return { ways, answers, send: () => connection.sendClaim(Buffer.from(''), 'r', (answer) => answers.push(answer)) };
}

const sent = (ways: readonly FakeWay[]) => ways.map(({ replies }) => replies.length);

describe('a way by two gateways', () => {
  it('stays with one, whatever it answers, until it is lost', () => {
    const { ways, answers, send } = two(false);
    send();
    ways[0].replies[0]?.(busy);
    send();
    expect(sent(ways)).toEqual([2, 0]);
    ways[0].replies[1]?.(null);
    send();
    expect(sent(ways)).toEqual([2, 1]);
    expect(answers).toEqual([busy, null]);
  });

  it('turns once, however many were lost together', () => {
    const { ways, send } = two(false);
    send();
    send();
    for (const reply of ways[0].replies) reply(null);
    send();
    expect(sent(ways)).toEqual([2, 1]);
  });

  it('takes both in turn when it spreads', () => {
    const { ways, send } = two(true);
    for (let copy = 0; copy < 4; copy += 1) send();
    expect(sent(ways)).toEqual([2, 2]);
  });
});
