import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream, type EventStreamHost } from './event-stream.ts';
import type { Replay } from './inbox.ts';
import { Packet } from './packet.ts';

describe('an event stream', () => {
  const retired: EventStream[] = [];
  let answer: (replay: Replay) => void = () => {};
  let response: PassThrough;
  let stream: EventStream;

  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    retired.length = 0;
    response = new PassThrough();
    const host: EventStreamHost = {
      ...{ unsentBytesMax: 1024 * 1024, heartbeatSeconds: 30, nowMs: () => Date.now() },
      inbox: {
        position: 41,
        replay: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      },
      closing: (closed) => retired.push(closed),
      closed() {},
    };
    const identity = { accountId: '7', role: 'buyer', sessionId: 's', expiresAtMs: 60_000 } as const;
    stream = new EventStream(response as unknown as ServerResponse, host, { identity, address: '203.0.113.7' });
    stream.begin(40);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const heard = (): string => {
    let text = '';
    for (let chunk = response.read(); chunk !== null; chunk = response.read()) text += chunk;
    return text;
  };
  const replay: Replay = { complete: true, messages: [[43, '{"type":"grant"}']], head: 44 };

  it('tells what was missed', async () => {
    answer(replay);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).toContain('id: 43\ndata: {"cursor":"43","type":"grant"}');
  });

  it('ends when the token expires while the messages are read, and tells none of them', async () => {
    vi.setSystemTime(60_000);
    answer(replay);
    await vi.advanceTimersByTimeAsync(1);
    expect(heard()).toMatch(/^retry: \d+\n\nevent: close\ndata: {"code":4401,.*}\n\n$/);
    expect(retired).toEqual([stream]);
  });

  it('is stuck when nothing of what waits leaves for ten looks', async () => {
    const looks = () => Array.from({ length: 10 }, () => stream.isStuck());
    const packet = new Packet('x'.repeat(60_000));
    for (let message = 0; message < 3; message += 1) stream.sendPacket(packet);
    expect(stream.unsentBytes).toBeGreaterThan(100_000);
    expect(looks()).not.toContain(true);
    expect(stream.isStuck()).toBe(true);
    response.resume();
    await vi.advanceTimersByTimeAsync(1);
    expect([stream.unsentBytes, ...looks()]).toEqual([0, ...Array.from({ length: 10 }, () => false)]);
  });
});
