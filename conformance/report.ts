/** What people read: a line per case as it ends, and one row per rule at the end, with what is wrong and what was not tried. */
import type { Result } from './case.ts';
import type { Rule } from './rules.ts';

const RULE_WIDTH = 72;

export function progressLine(result: Result): string {
  const seconds = `${(result.milliseconds / 1000).toFixed(1)} s`;
  return `${result.state.padEnd(9)}  ${result.rule.padEnd(3)}  ${seconds.padStart(6)}  ${result.name}`;
}

/** Whether nothing has failed. */
export function isClean(results: readonly Result[]): boolean {
  return results.every(({ state }) => state !== 'failed');
}

export function writeReport(rules: readonly Rule[], results: readonly Result[]): string {
  const rows = rules.map((rule) => {
    const own = results.filter((result) => result.rule === rule.id);
    return [`${rule.id.padEnd(3)}  ${verdict(own).padEnd(18)}  ${shortened(rule.text)}`, ...details(own)];
  });
  return [...rows.flat(), '', summary(rules, results), ''].join('\n');
}

function verdict(results: readonly Result[]): string {
  const tried = results.filter(({ state }) => state !== 'not tried');
  const failed = tried.filter(({ state }) => state === 'failed');
  if (failed.length > 0) return `FAILED ${failed.length} of ${tried.length}`;
  return tried.length === 0 ? 'not tried' : `passed ${tried.length}`;
}

function details(results: readonly Result[]): string[] {
  return results.flatMap((result) => {
    if (result.state === 'not tried') return [`       not tried: ${result.name}: ${result.reason}`];
    if (result.state === 'failed') return [`       failed: ${result.name}`, ...wrong(result)];
    return result.firstTry ? [`       at the second try: ${result.name}`, ...wrong(result.firstTry)] : [];
  });
}

function wrong({ expected, came }: { readonly expected: string; readonly came: string }): string[] {
  return [`         expected  ${expected}`, `         came      ${came}`];
}

function summary(rules: readonly Rule[], results: readonly Result[]): string {
  const count = (state: Result['state']): number => results.filter((result) => result.state === state).length;
  const untried = rules
    .map(({ id }) => id)
    .filter((id) => results.every((result) => result.rule !== id || result.state === 'not tried'));
  const cases = `${results.length} cases: ${count('passed')} passed, ${count('failed')} failed, ${count('not tried')} not tried`;
  return untried.length === 0 ? cases : `${cases}\nrules that were not tried at all: ${untried.join(', ')}`;
}

function shortened(text: string): string {
  const plain = text.replaceAll(/[`*]/g, '');
  return plain.length <= RULE_WIDTH ? plain : `${plain.slice(0, RULE_WIDTH - 2).trimEnd()} …`;
}
