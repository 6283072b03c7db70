/**
 * `npm run conformance`: every rule of docs/socket.md, tried on a server or on a client that may be anybody's.
 * Ends with 1 when a rule does not hold, with 2 when it could not be tried.
 */
import type { Result } from './case.ts';
import { CLIENT_CASES } from './client/cases.ts';
import { tryClient } from './client/suite.ts';
import { help, type Options, readOptions } from './options.ts';
import { isClean, progressLine, writeReport } from './report.ts';
import { NEVER_TRIED, rulesOf } from './rules.ts';
import { SERVER_CASES } from './server/cases.ts';
import { tryServer } from './server/suite.ts';

async function main(options: Options): Promise<number> {
  const startedMs = performance.now();
  const isChosen = ({ rule }: { rule: string }) => options.only?.includes(rule) ?? true;
  const manner = { isTriedTwice: true, onResult: tell };
  const results =
    options.side === 'server'
      ? await tryServer(options.settings, { ...manner, cases: SERVER_CASES.filter(isChosen) })
      : await tryClient(options.command, { ...manner, cases: CLIENT_CASES.filter(isChosen) });
  if (results.length === 0) throw new Error('--only leaves no case: S rules are for servers, C rules for clients');
  const rules = rulesOf(options.side === 'server' ? 'S' : 'C').filter(({ id }) => isChosen({ rule: id }));
  console.log(`\n${writeReport(rules, results)}`);
  const never = NEVER_TRIED.filter(([id]) => rules.some((rule) => rule.id === id)).map(
    ([id, part]) => `${id}: ${part}`,
  );
  if (never.length > 0) console.log(`parts that this suite never tries\n  ${never.join('\n  ')}\n`);
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
  return isClean(results) ? 0 : 1;
}

function tell(result: Result): void {
  process.stderr.write(`${progressLine(result)}\n`);
}

try {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options === 'help') console.log(help);
  else process.exitCode = await main(options);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
