import { describe, expect, it } from 'vitest';
import { parseLedger } from './ledger.ts';

const drop = '{"type":"drop","id":"7","stock":1}';

describe('an export of the ledger', () => {
  it('is read line by line into its tables, whatever their order', () => {
    const ledger = parseLedger(
      [
        ...[
          '{"type":"claim","arrival":1}',
          '{"type":"charge","orderId":"p1"}',
          drop,
          '{"type":"grant","serial":1}',
          '',
        ],
        ...['{"type":"waiter","arrival":1}', '{"type":"payment","id":"p1"}', '{"type":"entry","number":1}', ''],
      ].join('\n'),
    );
    expect(ledger).toMatchObject({
      drop: { type: 'drop', id: '7', stock: 1 },
      claims: [{ type: 'claim', arrival: 1 }],
      grants: [{ type: 'grant', serial: 1 }],
      waiters: [{ type: 'waiter', arrival: 1 }],
      payments: [{ type: 'payment', id: 'p1' }],
      charges: [{ type: 'charge', orderId: 'p1' }],
      entries: [{ type: 'entry', number: 1 }],
    });
  });

  it('that says nothing of a waiting line is of a drop without one', () => {
    expect(parseLedger(drop).drop).toMatchObject({ waiting: 0, waitingLine: false, price: null, validUntil: null });
    expect(parseLedger('{"type":"drop","waiting":2}').drop).toMatchObject({ waiting: 2 });
  });

  it.each([
    ['a line that is not JSON', `${drop}\n{"type":`, 'line 2: not JSON'],
    ['a line of unknown type', `${drop}\n{"type":"release"}`, 'line 2: unknown type "release"'],
    ['a line of no type', `${drop}\n{}`, 'line 2: unknown type undefined'],
    ['an answer cut short', '{"type":"claim"}\n', 'no line of type "drop"'],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parseLedger(text)).toThrow(message);
  });
});
