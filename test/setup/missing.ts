import { isCi } from '../../ops/servers/packages.ts';

/** What a developer's machine lacks is named aloud and its tests are skipped; in CI it is an error, so that nothing is skipped there unseen. */
export function missing(what: string, tests: string, remedy: string): void {
  const advice = `${remedy}; on Debian and Ubuntu, root may also set INSTALL_TEST_SERVERS=1`;
  if (isCi) throw new Error(`${what} is missing, and CI skips no tests. Remedy: ${advice}.`);
  console.warn(`\n*** ${what} is missing: ${tests} are SKIPPED. To run them: ${advice}. ***\n`);
}
