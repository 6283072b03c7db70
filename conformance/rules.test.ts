import { describe, expect, it } from 'vitest';
import { CLIENT_CASES } from './client/cases.ts';
import { readRules, rulesOf } from './rules.ts';
import { SERVER_CASES } from './server/cases.ts';
import { CLIENT_FAULTS } from './spoilt/client-faults.ts';
import { SERVER_FAULTS } from './spoilt/faults.ts';

const numbered = (letter: string, count: number) =>
  Array.from({ length: count }, (_, place) => `${letter}${place + 1}`);

describe('the rules of docs/socket.md', () => {
  it('are S1 to S24 and C1 to C10', () => {
    expect(readRules().map(({ id }) => id)).toEqual([...numbered('S', 24), ...numbered('C', 10)]);
  });

  it.each([
    ['S', SERVER_CASES],
    ['C', CLIENT_CASES],
  ] as const)('%s: each has a case, and each case has a rule', (side, cases) => {
    const rules = rulesOf(side).map(({ id }) => id);
    expect(new Set(cases.map(({ rule }) => rule))).toEqual(new Set(rules));
  });

  it('each have a spoilt server or client that shows that their cases find something', () => {
    const spoilt = [...SERVER_FAULTS, ...CLIENT_FAULTS].map(([rule]) => rule as string);
    expect(readRules().filter(({ id }) => !spoilt.includes(id))).toEqual([]);
  });

  it('and the cases have names of their own', () => {
    const names = [...SERVER_CASES, ...CLIENT_CASES].map(({ rule, name }) => `${rule} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });
});
