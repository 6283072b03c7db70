/**
 * Counts what ran, beside Vitest's default reporter, and prints the contract suites as a table of ports, adapters and cases, so that a suite that silently
 * shrinks, or an adapter that is no longer tested, is seen.
 *
 * A contract suite is a `describe` block named `contract: <port> on <adapter>`, for example `contract: ledger on pglite`.
 *
 * Tests that passed at a second try (vitest.config.ts says which have one) are named at the end.
 *
 * The counts go to the file that TEST_RESULT_FILE names; scripts/test.mjs reads it and prints the last line.
 */
import { writeFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';
import { type ContractCases, contractTable, parseContractName } from './setup/contracts.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export default class CountingReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
    const contracts: ContractCases[] = [];
    for (const module of modules) {
      count(module, counts);
      for (const suite of module.children.allSuites()) {
        const contract = contractOf(suite);
        if (contract) contracts.push(contract);
      }
    }
    counts.failed += unhandledErrors.length;
    if (reason !== 'passed' && counts.failed === 0) counts.failed = 1;

    if (contracts.length > 0) console.log(`\n${contractTable(contracts)}`);
    const unsteady = modules.flatMap((module) => [...module.children.allTests()].filter(isUnsteady));
    if (unsteady.length > 0) {
      console.log('\nPassed at the second try only, which is a defect of the test or of what it tests:');
      for (const test of unsteady) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    }
    const file = process.env['TEST_RESULT_FILE'];
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}

function count(module: TestModule, counts: Counts): void {
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A test that never got its turn (its file crashed) has not passed.
    if (state === 'pending') counts.failed += 1;
    else counts[state] += 1;
  }
  // A file that cannot be loaded and a hook that fails are failures of their own: the tests they take along may be counted as skipped, or not at all.
  counts.failed += module.errors().length;
  for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
}

function isUnsteady(test: TestCase): boolean {
  return test.diagnostic()?.flaky ?? false;
}

function contractOf(suite: TestSuite): ContractCases | undefined {
  const name = parseContractName(suite.name);
  if (!name) return undefined;
  const cases = { ...name, run: 0, failed: 0, skipped: 0 };
  for (const test of suite.children.allTests()) {
    const { state } = test.result();
    if (state === 'skipped') cases.skipped += 1;
    else cases.run += 1;
    if (state === 'failed') cases.failed += 1;
  }
  return cases;
}
