/** All cases against one shop. */
import { type Case, type Result, type RunOptions, runCases } from '../case.ts';
import { SERVER_CASES } from './cases.ts';
import type { ServerSettings } from './settings.ts';
import { Shop, Stage } from './stage.ts';

/** So many sign-ins hash passwords at the same time: more would only wait for each other. */
const AT_ONCE_MAX = 6;
const WITHIN_MS = 90_000;

export interface ServerOptions extends Pick<RunOptions<Stage>, 'isTriedTwice' | 'onResult'> {
  readonly cases?: readonly Case<Stage>[];
}

export function tryServer(
  settings: ServerSettings,
  { cases = SERVER_CASES, ...options }: ServerOptions = {},
): Promise<Result[]> {
  const shop = new Shop(settings);
  return runCases(cases, { makeWorld: () => new Stage(shop), atOnceMax: AT_ONCE_MAX, withinMs: WITHIN_MS, ...options });
}
