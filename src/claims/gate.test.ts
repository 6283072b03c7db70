import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleDrop } from '../drops/example-drop.ts';
import { Gate } from './gate.ts';

const drop = exampleDrop({ opensAtMs: 1000, closesAtMs: 2000, stock: 1 });
const soldOut = { ...drop, granted: 1 };

const of = (userId: string, requestId = 'request-1') => ({ userId, requestId });

describe('the gate', () => {
  it('refuses everyone before the opening, also those it knows', () => {
    expect(new Gate([of('alice')]).refuse(drop, of('alice'), 999)).toBe('not_open');
  });

  it('lets everyone through while there are units', () => {
    const gate = new Gate();
    expect(gate.refuse(drop, of('alice'), 1000)).toBeUndefined();
    expect(gate.refuse(drop, of('bob'), 1999)).toBeUndefined();
  });

  it('refuses new claims once sold out or closed, and lets known ones be repeated', () => {
    const gate = new Gate();
    gate.remember(of('alice'));
    expect(gate.refuse(soldOut, of('bob'), 1500)).toBe('sold_out');
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice', 'request-2'), 1500)).toBe('sold_out');
    expect(gate.refuse(soldOut, of('bob'), 2500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, of('bob'), 1500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, of('alice'), 1500)).toBeUndefined();
  });

  it('knows the claims of before a restart', () => {
    const gate = new Gate([of('alice')]);
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice', 'request-2'), 1500)).toBe('sold_out');
  });

  it('opens again when a unit comes back', () => {
    const gate = new Gate();
    expect(gate.refuse(soldOut, of('bob'), 1500)).toBe('sold_out');
    expect(gate.refuse(drop, of('bob'), 1600)).toBeUndefined();
  });

  it('does not remember a claim for having judged it', () => {
    const gate = new Gate();
    expect(gate.refuse(drop, of('alice'), 1000)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBe('sold_out');
  });

  it('never refuses what the ledger has, but before the opening', () => {
    const claim = fc.record({ userId: fc.constantFrom('a', 'b'), requestId: fc.constantFrom('1', '2') });
    const step = fc.record({ claim, nowMs: fc.integer({ min: 0, max: 3000 }), granted: fc.nat({ max: 1 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const gate = new Gate();
        const remembered = new Set<string>();
        for (const { claim: each, nowMs, granted } of steps) {
          const key = JSON.stringify(each);
          const refusal = gate.refuse({ ...drop, granted }, each, nowMs);
          if (nowMs >= drop.opensAtMs && remembered.has(key)) expect(refusal).toBeUndefined();
          if (refusal !== undefined) continue;
          gate.remember(each);
          remembered.add(key);
        }
      }),
    );
  });
});
