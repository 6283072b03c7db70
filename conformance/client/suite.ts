/** All cases against one client. */
import { type Case, type Result, runCases } from '../case.ts';
import { CLIENT_CASES } from './cases.ts';
import { type ClientLimits, LIMITS, Play } from './play.ts';

const AT_ONCE_MAX = 6;
const WITHIN_MS = 90_000;

export function tryClient(
  command: string,
  onResult: (result: Result) => void,
  cases: readonly Case<Play>[] = CLIENT_CASES,
  limits: ClientLimits = LIMITS,
): Promise<Result[]> {
  return runCases(cases, {
    makeWorld: () => new Play(command, limits),
    atOnceMax: AT_ONCE_MAX,
    withinMs: WITHIN_MS,
    onResult,
  });
}
