import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exampleDrop } from '../drops/example-drop.ts';
import { Gate } from './gate.ts';

const drop = exampleDrop({ opensAtMs: 1000, closesAtMs: 2000, stock: 1 });
const soldOut = { ...drop, granted: 1 };

const gateThatKnows = (...claims: { userId: string; requestId: string }[]): Gate => {
  const gate = new Gate();
  gate.learn(1, claims);
  return gate;
};
const of = (userId: string, requestId = 'request-1') => ({ userId, requestId });

describe('the gate', () => {
  it('refuses everyone before the opening, also those it knows', () => {
    expect(gateThatKnows(of('alice')).refuse(drop, of('alice'), 999)).toBe('not_open');
  });

  it('lets everyone through while there are units', () => {
    const gate = gateThatKnows();
    expect(gate.refuse(drop, of('alice'), 1000)).toBeUndefined();
    expect(gate.refuse(drop, of('bob'), 1999)).toBeUndefined();
  });

  it('refuses new claims once sold out or closed, and lets known ones be repeated', () => {
    const gate = gateThatKnows();
    gate.remember(of('alice'));
    expect(gate.refuse(soldOut, of('bob'), 1500)).toBe('sold_out');
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice', 'request-2'), 1500)).toBe('sold_out');
    gate.seal(drop);
    expect(gate.refuse(soldOut, of('bob'), 2500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, of('bob'), 1500)).toBe('closed');
    expect(gate.refuse({ ...drop, cancelled: true }, of('alice'), 1500)).toBeUndefined();
  });

  it('knows the claims of before a restart', () => {
    const gate = gateThatKnows(of('alice'));
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice', 'request-2'), 1500)).toBe('sold_out');
  });

  it('opens again when a unit comes back', () => {
    const gate = gateThatKnows();
    expect(gate.refuse(soldOut, of('bob'), 1500)).toBe('sold_out');
    expect(gate.refuse(drop, of('bob'), 1600)).toBeUndefined();
  });

  it('does not remember a claim for having judged it', () => {
    const gate = gateThatKnows();
    expect(gate.refuse(drop, of('alice'), 1000)).toBeUndefined();
    expect(gate.refuse(soldOut, of('alice'), 1500)).toBe('sold_out');
  });

  describe('follows the log', () => {
    const known = (gate: Gate, entries: number) => gate.refuse({ ...soldOut, entries }, of('bob'), 1500);

    it('and refuses only by what it has read', () => {
      const gate = gateThatKnows();
      expect(known(gate, 2)).toBeUndefined();
      gate.hear(2, 2, [of('alice')], 0);
      expect(known(gate, 2)).toBe('sold_out');
      expect(gate.refuse({ ...soldOut, entries: 2 }, of('alice'), 1500)).toBeUndefined();
    });

    it('in whichever order the entries come', () => {
      const gate = gateThatKnows();
      gate.hear(3, 3, [of('carol')], 70);
      expect([gate.entries, gate.behindSinceMs, known(gate, 3)]).toEqual([1, 70, undefined]);
      gate.hear(2, 2, [of('alice')], 90);
      expect([gate.entries, gate.behindSinceMs, known(gate, 3)]).toEqual([3, undefined, 'sold_out']);
      for (const name of ['alice', 'carol'])
        expect(gate.refuse({ ...soldOut, entries: 3 }, of(name), 1500)).toBeUndefined();
    });

    it('and reads what never came', () => {
      const gate = gateThatKnows();
      gate.hear(4, 4, [of('dave')], 70);
      gate.learn(4, [of('alice'), of('carol'), of('dave')]);
      expect([gate.entries, gate.behindSinceMs]).toEqual([4, undefined]);
      gate.hear(5, 5, [], 80);
      expect(gate.entries).toBe(5);
    });

    it('and takes at once what came early, when what was missing has been read', () => {
      const gate = gateThatKnows();
      gate.hear(4, 4, [of('dave')], 70);
      gate.hear(6, 6, [of('frank')], 71);
      gate.learn(3, [of('alice'), of('carol')]);
      expect([gate.entries, gate.behindSinceMs]).toEqual([4, 70]);
      gate.learn(5, []);
      expect([gate.entries, gate.behindSinceMs]).toEqual([6, undefined]);
    });

    it('once more after the close, because somebody may have won in its last moment', () => {
      const gate = gateThatKnows();
      expect(gate.refuse(drop, of('bob'), 2500)).toBeUndefined();
      expect(gate.needsSeal(drop, 2500)).toBe(true);
      gate.seal(drop);
      expect(gate.refuse(drop, of('bob'), 2500)).toBe('closed');
      // The close was moved: it must be made sure of again.
      expect(gate.refuse({ ...drop, closesAtMs: 2400 }, of('bob'), 2500)).toBeUndefined();
    });
  });

  it('never refuses what the ledger has, but before the opening', () => {
    const claim = fc.record({ userId: fc.constantFrom('a', 'b'), requestId: fc.constantFrom('1', '2') });
    const step = fc.record({ claim, nowMs: fc.integer({ min: 0, max: 3000 }), granted: fc.nat({ max: 1 }) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const gate = gateThatKnows();
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
