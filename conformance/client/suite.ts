/** All cases against one client. */
import { type Case, type Result, type RunOptions, runCases } from '../case.ts';
import { CLIENT_CASES } from './cases.ts';
import { type ClientLimits, LIMITS, Play } from './play.ts';

const AT_ONCE_MAX = 6;
const WITHIN_MS = 90_000;

export interface ClientOptions extends Pick<RunOptions<Play>, 'isTriedTwice' | 'onResult'> {
  readonly cases?: readonly Case<Play>[];
  readonly limits?: ClientLimits;
}

export function tryClient(
  command: string,
  { cases = CLIENT_CASES, limits = LIMITS, ...options }: ClientOptions = {},
): Promise<Result[]> {
  return runCases(cases, {
    makeWorld: () => new Play(command, limits),
    atOnceMax: AT_ONCE_MAX,
    withinMs: WITHIN_MS,
    ...options,
  });
}
