/** All cases against one shop. */
import { type Case, type Result, runCases } from '../case.ts';
import { SERVER_CASES } from './cases.ts';
import type { ServerSettings } from './settings.ts';
import { Shop, Stage } from './stage.ts';

/** So many sign-ins hash passwords at the same time: more would only wait for each other. */
const AT_ONCE_MAX = 6;
const WITHIN_MS = 90_000;

export function tryServer(
  settings: ServerSettings,
  onResult: (result: Result) => void,
  cases: readonly Case<Stage>[] = SERVER_CASES,
): Promise<Result[]> {
  const shop = new Shop(settings);
  return runCases(cases, { makeWorld: () => new Stage(shop), atOnceMax: AT_ONCE_MAX, withinMs: WITHIN_MS, onResult });
}
