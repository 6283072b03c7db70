/** The suite on a small client: a right one passes everything, and each spoilt one is found by the cases of the rule that it breaks. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Result } from './case.ts';
import { CLIENT_CASES } from './client/cases.ts';
import { tryClient } from './client/suite.ts';
import { CLIENT_FAULTS } from './spoilt/client-faults.ts';

const PROGRAM = fileURLToPath(new URL('./spoilt/client.ts', import.meta.url));
const LIMITS = { pingMs: 3_000, answerMs: 1_000 };

function trySpoilt(spoilt: string, rule: string | null): Promise<Result[]> {
  const environment = `PING_MS=1500 ANSWER_MS=1000 SPOILT='${spoilt}'`;
  const cases = CLIENT_CASES.filter((one) => rule === null || one.rule === rule);
  const command = `${environment} exec '${process.execPath}' '${PROGRAM}'`;
  return tryClient(command, { cases, limits: LIMITS, isTriedTwice: rule === null });
}

describe('the cases for clients', () => {
  it('pass on a client that keeps to the rules, all of them', { timeout: 120_000 }, async () => {
    expect((await trySpoilt('', null)).filter(({ state }) => state !== 'passed')).toEqual([]);
  });

  describe('find that', () => {
    const found = new Map<string, Result[]>();
    // They mostly wait: a few at a time.
    beforeAll(async () => {
      const waiting = [...CLIENT_FAULTS];
      const lane = async (): Promise<void> => {
        for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift())
          found.set(fault[1], await trySpoilt(fault[1], fault[0]));
      };
      await Promise.all(Array.from({ length: 10 }, lane));
    }, 240_000);

    it.each(CLIENT_FAULTS)('%s: %s', (_, fault) => {
      expect(found.get(fault)?.filter(({ state }) => state === 'failed')).not.toEqual([]);
    });
  });
});
