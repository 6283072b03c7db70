import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { AccessTokens } from './tokens.ts';

const SECRET = 'a secret of at least thirty-two characters';
const alice = { id: '7', role: 'buyer' } as const;

function forge(header: object, payload: object, secret = SECRET): string {
  const body = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

describe('access tokens', () => {
  const tokens = new AccessTokens(SECRET);

  it('say who they speak for, each time', () => {
    const token = tokens.issue(alice, 'session-1');
    for (let time = 0; time < 3; time += 1) {
      expect(tokens.identify(token)).toMatchObject({
        accountId: '7',
        role: 'buyer',
        sessionId: 'session-1',
      });
    }
  });

  it('are refused when forged', () => {
    const soon = Math.floor(Date.now() / 1000) + 60;
    const payload = { sub: '7', sid: 's', role: 'admin', exp: soon };
    const [head = '', body = '', signature = ''] = tokens.issue(alice, 'session-1').split('.');
    const promoted = Buffer.from(JSON.stringify(payload)).toString('base64url');
    expect(tokens.identify(forge({ alg: 'HS256', typ: 'JWT' }, payload))).toBeDefined(); // the forge works, given the secret
    for (const forged of [
      forge({ alg: 'HS256', typ: 'JWT' }, payload, 'another secret of at least 32 characters'),
      `${head}.${promoted}.${signature}`,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${promoted}.`,
      forge({ alg: 'none' }, payload),
      forge({ alg: 'HS512', typ: 'JWT' }, payload),
      `${head}.${body}.`,
      `${head}.${body.repeat(20)}.${signature}`,
      `${head}.${body}`,
      '',
      'a.b.c',
    ]) {
      expect(tokens.identify(forged)).toBeUndefined();
    }
  });

  it('expire, remembered or not', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') });
    try {
      const token = tokens.issue(alice, 'session-2');
      const unseen = tokens.issue(alice, 'session-3');
      expect(tokens.identify(token)).toBeDefined();
      vi.advanceTimersByTime(15 * 60 * 1000);
      expect(tokens.identify(token)).toBeUndefined();
      expect(tokens.identify(unseen)).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it('end with their session at once, all of them, and no others', () => {
    const mine = [tokens.issue(alice, 'ending'), tokens.issue({ ...alice, role: 'admin' }, 'ending')];
    const other = tokens.issue(alice, 'staying');
    expect(tokens.identify(mine[0] ?? '')).toBeDefined();
    tokens.endSession('ending');
    for (const token of mine) expect(tokens.identify(token)).toBeUndefined();
    expect(tokens.identify(other)).toBeDefined();
  });

  it('of an ended session are refused for as long as the longest may live; then the session is forgotten', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-21T10:00:00Z') });
    try {
      const fresh = new AccessTokens(SECRET);
      const token = fresh.issue(alice, 'of a load test', 24 * 60 * 60);
      fresh.endSession('of a load test');
      vi.advanceTimersByTime(16 * 60 * 1000);
      fresh.endSession('another');
      expect(fresh.identify(token)).toBeUndefined();
      vi.advanceTimersByTime(23 * 60 * 60 * 1000);
      // Ended once more: what ended after it is forgotten in its turn all the same.
      fresh.endSession('of a load test');
      vi.advanceTimersByTime(2 * 60 * 60 * 1000);
      fresh.endSession('a third');
      expect(fresh.endedSessions).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
