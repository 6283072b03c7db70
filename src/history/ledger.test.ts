import { describe, expect, it } from 'vitest';
import { claimsBody, type LedgerEntry, parseLedger } from './ledger.ts';

const drop = '{"type":"drop","id":"7","stock":1}';

describe('an export of the ledger', () => {
  it('is read line by line into its four tables, whatever their order', () => {
    const ledger = parseLedger(
      `{"type":"claim","arrival":1}\n${drop}\n{"type":"grant","serial":1}\n\n{"type":"entry","number":1}\n`,
    );
    expect(ledger).toEqual({
      drop: { type: 'drop', id: '7', stock: 1 },
      claims: [{ type: 'claim', arrival: 1 }],
      grants: [{ type: 'grant', serial: 1 }],
      entries: [{ type: 'entry', number: 1 }],
    });
  });

  it.each([
    ['a line that is not JSON', `${drop}\n{"type":`, 'line 2: not JSON'],
    ['a line of unknown type', `${drop}\n{"type":"release"}`, 'line 2: unknown type "release"'],
    ['an answer cut short', '{"type":"claim"}\n', 'no line of type "drop"'],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parseLedger(text)).toThrow(message);
  });
});

describe('the body of a claims entry', () => {
  const body = { firstArrival: 1, firstSerial: 1, outcomes: 'gs', userIds: ['1', '2'], requestIds: ['a', 'b'] };
  const entry = (changes: object): LedgerEntry => ({
    type: 'entry',
    number: 1,
    kind: 'claims',
    at: '',
    body: { ...body, ...changes },
  });

  it('is taken when its lists have one item per letter', () => {
    expect(claimsBody(entry({}))).toEqual(body);
  });

  it.each([
    ['a user is missing', { userIds: ['1'] }],
    ['a request is missing', { requestIds: ['a'] }],
    ['there are no outcomes', { outcomes: null }],
    ['there is no first arrival', { firstArrival: '1' }],
    ['something is granted without a first serial', { firstSerial: null }],
  ])('is not when %s', (_what, changes) => {
    expect(claimsBody(entry(changes))).toBeUndefined();
  });
});
