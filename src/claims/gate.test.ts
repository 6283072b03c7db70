import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleDrop } from '../drops/example-drop.ts';
import { Gate } from './gate.ts';

const drop = exampleDrop({ opensAtMs: 1000, closesAtMs: 2000, stock: 1 });
const soldOut = { ...drop, granted: 1 };

describe('the gate', () => {
  it('refuses everyone before the opening, also those it knows', () => {
    expect(new Gate(['alice']).refuse(drop, 'alice', 999)).toBe('not_open');
  });

  it('lets everyone through while there are units', () => {
    const gate = new Gate();
    expect(gate.refuse(drop, 'alice', 1000)).toBeUndefined();
    expect(gate.refuse(drop, 'bob', 1999)).toBeUndefined();
  });

  it('refuses strangers once sold out or closed, and lets claimants repeat', () => {
    const gate = new Gate();
    gate.refuse(drop, 'alice', 1000);
    expect(gate.refuse(soldOut, 'bob', 1500)).toBe('sold_out');
    expect(gate.refuse(soldOut, 'alice', 1500)).toBeUndefined();
    expect(gate.refuse(soldOut, 'bob', 2500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, 'bob', 1500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, 'alice', 1500)).toBeUndefined();
  });

  it('knows the claimants of before a restart', () => {
    expect(new Gate(['alice']).refuse(soldOut, 'alice', 1500)).toBeUndefined();
  });

  it('opens again when a unit comes back', () => {
    const gate = new Gate();
    expect(gate.refuse(soldOut, 'bob', 1500)).toBe('sold_out');
    expect(gate.refuse(drop, 'bob', 1600)).toBeUndefined();
  });

  it('never refuses whoever it has once let through, but before the opening', () => {
    const step = fc.record({
      user: fc.constantFrom('a', 'b', 'c'),
      nowMs: fc.integer({ min: 0, max: 3000 }),
      granted: fc.nat({ max: 1 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const gate = new Gate();
        const through = new Set<string>();
        for (const { user, nowMs, granted } of steps) {
          const refusal = gate.refuse({ ...drop, granted }, user, nowMs);
          if (nowMs >= drop.opensAtMs && through.has(user)) expect(refusal).toBeUndefined();
          if (refusal === undefined) through.add(user);
        }
      }),
    );
  });
});
