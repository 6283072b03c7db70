import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker } from './breaker.ts';

const fail = (message: string) => () => Promise.reject(new Error(message));

describe('a breaker', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const changes: string[] = [];
  const breaker = new Breaker({
    ...{ name: 'part', failuresMax: 2, probeAfterMs: 50 },
    isRefusal: (error) => error.message === 'refused',
    onChange: (name, state) => changes.push(`${name} ${state}`),
  });

  it('opens after failures one after the other, refuses at once, and closes when a probe succeeds', async () => {
    await expect(breaker.run(fail('away'))).rejects.toThrow('away');
    expect(await breaker.run(async () => 'here')).toBe('here');
    for (let failure = 0; failure < 2; failure += 1) await expect(breaker.run(fail('away'))).rejects.toThrow('away');
    expect(breaker.state).toBe('open');
    let called = false;
    const call = async () => {
      called = true;
    };
    await expect(breaker.run(call)).rejects.toThrow();
    expect(called).toBe(false);
    vi.setSystemTime(Date.now() + 50);
    await breaker.run(call);
    expect([called, breaker.state, changes]).toEqual([true, 'closed', ['part open', 'part half_open', 'part closed']]);
  });

  it('does not count what a part that is there has refused', async () => {
    for (let refusal = 0; refusal < 5; refusal += 1) await expect(breaker.run(fail('refused'))).rejects.toThrow();
    expect(breaker.state).toBe('closed');
  });
});
