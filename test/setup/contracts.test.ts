import { describe, expect, it } from 'vitest';
import { contractTable, parseContractName } from './contracts.ts';

describe('the table of contract suites', () => {
  it('reads port and adapter from the name of a suite', () => {
    expect(parseContractName('contract: ledger on pglite')).toEqual({ port: 'ledger', adapter: 'pglite' });
    expect(parseContractName('contract: in-flight lock on embedded')).toEqual({
      port: 'in-flight lock',
      adapter: 'embedded',
    });
    expect(parseContractName('the ledger on a bad day')).toBeUndefined();
  });

  it('adds up suites of one adapter, and marks the adapter that runs fewer cases', () => {
    const none = { failed: 0, skipped: 0 };
    const table = contractTable([
      { port: 'ledger', adapter: 'postgres', run: 20, ...none },
      { port: 'ledger', adapter: 'pglite', run: 12, ...none },
      { port: 'ledger', adapter: 'pglite', run: 7, failed: 1, skipped: 1 },
      { port: 'intake', adapter: 'direct', run: 3, ...none },
    ]);
    expect(table.split('\n')).toEqual([
      'port    adapter   cases run',
      'intake  direct    3',
      'ledger  pglite    19         1 failed, 1 skipped, fewer than another adapter',
      'ledger  postgres  20',
    ]);
  });
});
