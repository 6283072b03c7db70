/** `npm run cluster`: starts the scaled system on this machine, tells where everything is, and stops it in order at Ctrl-C. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { isFree } from '../servers/free-port.ts';
import { Cluster } from './cluster.ts';
import { type ClusterOptions, HELP, readOptions, WrongOption } from './options.ts';
import { Report } from './report.ts';
import { tableOf } from './table.ts';

function abortedBySignal(): AbortSignal {
  const asked = new AbortController();
  // `on`, not `once`: a terminal's Ctrl-C comes twice, from the terminal and from npm, and the second must not cut the first short.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => asked.abort());
  return asked.signal;
}

async function run(options: ClusterOptions): Promise<void> {
  if (!(await isFree(options.port))) throw new WrongOption(`--port ${options.port}: in use, choose another`);
  const asked = abortedBySignal();
  const report = new Report();
  const generatedPassword = process.env['ADMIN_PASSWORD'] ? undefined : randomBytes(12).toString('hex');
  const adminPassword = generatedPassword ?? process.env['ADMIN_PASSWORD'] ?? '';
  console.log('\nStarting the cluster. All of its data is temporary: it is gone when the cluster ends.\n');
  const cluster = new Cluster({ options, adminPassword, report });
  try {
    await cluster.start(asked);
    console.log(`\n${tableOf(cluster, options, generatedPassword)}\n\nThe cluster is ready. Ctrl-C stops it.\n`);
    if (!asked.aborted) await once(asked, 'abort');
  } catch (error) {
    // Whoever asked it to stop meanwhile does not wait for it to start.
    if (!asked.aborted) throw error;
  } finally {
    console.log('\nStopping the cluster.\n');
    await cluster.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) console.log(HELP);
  else await run(options);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}\n`);
  process.exitCode = error instanceof WrongOption ? 2 : 1;
}
