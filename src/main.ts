/** The command line. Each command is a few lines over what the folders offer. */
import { parseArgs } from 'node:util';
import { createAdministratorCommand, migrateCommand, openApiCommand } from './commands.ts';
import { settingsTable } from './config/settings.ts';
import { serve } from './serve.ts';

const USAGE = `Usage: node src/main.ts <command>

  serve                 serve the API, the sockets and the pages (settings: docs/settings.md)
                        --roles gateway,sequencer,worker: what this process does (default: all of it)
  migrate               bring the database to this version's shape, and stop
  admin create          make an administrator: --username U --email E [--password P]
  loadtest              play a whole sale against a server and judge it (--help tells the options)
  openapi               print the OpenAPI document
  settings              print the table of settings
`;

async function main(): Promise<number> {
  const [command, ...rest] = process.argv.slice(2);
  switch (command) {
    case 'serve': {
      const { values } = parseArgs({ args: rest, options: { roles: { type: 'string' } } });
      return serve(values.roles === undefined ? process.env : { ...process.env, ROLES: values.roles });
    }
    case 'migrate':
      return migrateCommand(process.env);
    case 'admin': {
      const { values, positionals } = parseArgs({
        args: rest,
        allowPositionals: true,
        options: { username: { type: 'string' }, email: { type: 'string' }, password: { type: 'string' } },
      });
      if (positionals[0] !== 'create' || !values.username || !values.email) break;
      const { username, email, password = null } = values;
      return createAdministratorCommand(process.env, { username, email, password });
    }
    case 'loadtest':
      return (await import('./loadtest/run.ts')).loadtest(rest);
    case 'openapi':
      return openApiCommand();
    case 'settings':
      process.stdout.write(settingsTable());
      return 0;
  }
  process.stderr.write(USAGE);
  return command === undefined || command === 'help' || command === '--help' ? 0 : 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  // An expected mistake (a wrong setting, a folder in use) reads better without a stack.
  process.stderr.write(
    `${error instanceof Error ? (process.env['LOG_LEVEL'] === 'debug' ? error.stack : error.message) : error}\n`,
  );
  process.exitCode = 1;
}
