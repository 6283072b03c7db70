/**
 * Runs once before all tests: finds or starts the servers that they need, and tells them where these are (`inject('postgresUrl')`, …).
 * What a developer's machine lacks is named aloud and its tests are skipped; in CI it is an error, so that nothing is skipped there unseen.
 */
import type { TestProject } from 'vitest/node';
import { findChromium } from '../servers/chromium.ts';
import { isCi } from '../servers/packages.ts';
import { startPostgres } from '../servers/postgres.ts';
import { createTemplate, dropDatabase } from '../servers/template.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server's maintenance database, as superuser. For a database to work in, see test/servers/database.ts. */
    postgresUrl: string | undefined;
    postgresTemplate: string | undefined;
    /** The path of Chromium. */
    chromium: string | undefined;
  }
}

export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const chromium = findChromium();
  if (!chromium) missing('Chromium', 'the browser tests', 'install it, or set CHROMIUM to its path');
  project.provide('chromium', chromium);

  const chosenUrl = process.env['TEST_DATABASE_URL'];
  const server = chosenUrl ? undefined : await startPostgres({ durable: false });
  const url = chosenUrl ?? server?.url;
  if (!url) missing('PostgreSQL 15 or newer', 'the tests that need it', 'install it, or set TEST_DATABASE_URL');
  const template = url ? await createTemplate(url).catch(stopAndThrow(server)) : undefined;
  project.provide('postgresUrl', url);
  project.provide('postgresTemplate', template);

  return async () => {
    if (server) await server.stop();
    else if (url && template) await dropDatabase(url, template);
  };
}

function missing(what: string, tests: string, remedy: string): void {
  const advice = `${remedy}; on Debian and Ubuntu, root may also set INSTALL_TEST_SERVERS=1`;
  if (isCi) throw new Error(`${what} is missing, and CI skips no tests. Remedy: ${advice}.`);
  console.warn(`\n*** ${what} is missing: ${tests} are SKIPPED. To run them: ${advice}. ***\n`);
}

function stopAndThrow(server: { stop(): Promise<void> } | undefined): (error: unknown) => Promise<never> {
  return async (error) => {
    await server?.stop();
    throw error;
  };
}
