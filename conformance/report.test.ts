import { describe, expect, it } from 'vitest';
import { Broken, type Case, NotTried, runCases } from './case.ts';
import { isClean, writeReport } from './report.ts';

const RULES = ['S1', 'S2', 'S3', 'S4'].map((id) => ({ id, text: `**What** \`${id}\` says` }));

const CASES: Case<object>[] = [
  { rule: 'S1', name: 'holds', run: async () => {} },
  { rule: 'S2', name: 'holds', run: async () => {} },
  {
    rule: 'S2',
    name: 'does not hold',
    run: () =>
      Promise.reject(new Broken('4401', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9m in a close')),
  },
  { rule: 'S3', name: 'needs more', needs: () => 'say --more', run: () => Promise.reject(new Error('never run')) },
  { rule: 'S4', name: 'turns out to need more', run: () => Promise.reject(new NotTried('a longer heartbeat')) },
];

describe('a report', () => {
  it('has a row for each rule, tells what was expected and what came, and hides no rule that was not tried', async () => {
    const results = await runCases(CASES, { makeWorld: () => ({ close() {} }), atOnceMax: 2, withinMs: 1_000 });
    expect(isClean(results)).toBe(false);
    expect(writeReport(RULES, results)).toBe(`S1   passed 1            What S1 says
S2   FAILED 1 of 2       What S2 says
       failed: does not hold
         expected  4401
         came      (a token) in a close
S3   not tried           What S3 says
       not tried: needs more: say --more
S4   not tried           What S4 says
       not tried: turns out to need more: a longer heartbeat

5 cases: 2 passed, 1 failed, 2 not tried
rules that were not tried at all: S3, S4
`);
  });

  it('calls a case failed that does not end', async () => {
    const endless: Case<object> = { rule: 'S1', name: 'waits', run: () => new Promise(() => {}) };
    const results = await runCases([endless], { makeWorld: () => ({ close() {} }), atOnceMax: 1, withinMs: 20 });
    expect(results).toMatchObject([{ state: 'failed', expected: 'an end within 0.02 s', came: 'none' }]);
  });

  it('plays what has failed once more, alone, and tells so; what fails again has failed', async () => {
    let plays = 0;
    const tries = { unlucky: 0, wrong: 0 };
    const one = (name: keyof typeof tries, breaksUpTo: number): Case<object> => ({
      ...{ rule: 'S1', name },
      run: async () => {
        tries[name] += 1;
        plays += 1;
        const together = plays;
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (tries[name] > 1) expect(plays).toBe(together);
        if (tries[name] <= breaksUpTo) throw new Broken('4401', 'silence');
      },
    });
    const makeWorld = () => ({ close() {} });
    const cases = [one('unlucky', 1), one('wrong', 2)];
    const results = await runCases(cases, { makeWorld, atOnceMax: 2, withinMs: 1_000, isTriedTwice: true });
    expect(tries).toEqual({ unlucky: 2, wrong: 2 });
    expect(results.map(({ state }) => state)).toEqual(['passed', 'failed']);
    expect(writeReport(RULES.slice(0, 1), results)).toContain(`S1   FAILED 1 of 2       What S1 says
       at the second try: unlucky
         expected  4401
         came      silence
       failed: wrong
`);
  });

  it('closes what a case has opened, however it ended, and lets cases that disturb others wait', async () => {
    const said: string[] = [];
    const one = (name: string, pace?: 'alone'): Case<object> => ({
      ...{ rule: 'S1', name, ...(pace && { pace }) },
      run: async () => void said.push(name),
    });
    const makeWorld = ({ name }: Case<object>) => ({ close: () => void said.push(`${name} closed`) });
    await runCases([one('last', 'alone'), one('first')], { makeWorld, atOnceMax: 1, withinMs: 1_000 });
    expect(said).toEqual(['first', 'first closed', 'last', 'last closed']);
  });
});
