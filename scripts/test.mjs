/**
 * `npm test`: runs all tests once, and prints `N passed, N failed` (with `, N skipped` where some were) as the very last line, also when the test runner itself
 * breaks down. Arguments go to Vitest: `npm test -- src/ledger`, `npm test -- --coverage`, `npm test -- --project browser`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedNodePath } from './setup/pinned-node.mjs';
import { root } from './setup/root.mjs';

/** Waits for the runner; signals go to it, so that it can stop what it started. */
function runVitest(resultFile) {
  return new Promise((resolve) => {
    const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const node = pinnedNodePath() ?? process.execPath;
    const child = spawn(node, [runner, 'run', ...process.argv.slice(2)], {
      cwd: root,
      env: { ...process.env, TEST_RESULT_FILE: resultFile },
      stdio: 'inherit',
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('error', (error) => resolve(`cannot be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      resolve(signal ? `was stopped by ${signal}` : code ? `ended with exit code ${code}` : undefined),
    );
  });
}

function readCounts(resultFile) {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    // The runner came to an end before it could write.
    return undefined;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'doorbuster-test-'));
try {
  const resultFile = join(folder, 'result.json');
  const problem = await runVitest(resultFile);
  const counts = readCounts(resultFile) ?? { passed: 0, failed: 1, skipped: 0 };
  if (problem && counts.failed === 0) {
    counts.failed = 1;
    console.log(`No test failed, but the test runner ${problem}: see above.`);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.exitCode = counts.failed > 0 ? 1 : 0;
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
