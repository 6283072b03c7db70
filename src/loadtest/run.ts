/** The command: options, run, report, exit code. */
import { writeFile } from 'node:fs/promises';
import { type Options, readOptions, UsageError } from './options.ts';
import { isClean, writeReport } from './report.ts';
import { type RunResult, runSale } from './sale.ts';

const interruptedExitCode = 130;

/**
 * Runs a load test. Resolves with the exit code: 0 when the history is clean and nothing failed, 1 when not, or when the
 * test could not be run, 2 for a wrong command line, 130 after Ctrl-C. Whatever it started is stopped by then.
 */
export async function loadtest(argv: string[]): Promise<number> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort(new Error('interrupted'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const options = readOptions(argv, process.env);
    if ('help' in options) {
      process.stdout.write(options.help);
      return 0;
    }
    const result = await runSale(options, interruption.signal);
    process.stdout.write(writeReport(result));
    if (options.jsonFile !== null)
      await writeFile(options.jsonFile, `${JSON.stringify(withoutSecrets(result, options), null, 2)}\n`);
    return isClean(result) ? 0 : 1;
  } catch (error) {
    if (interruption.signal.aborted) return interruptedExitCode;
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 1;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** The document of `--json`: the result, but not the administrator's password. */
function withoutSecrets(result: RunResult, { admin, ...options }: Options): object {
  return { ...result, options: { ...options, admin: { login: admin.login } } };
}
