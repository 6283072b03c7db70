/**
 * The tests, in six projects that share all settings. They share a machine, too: two files at a time suit its smallest (2 cores). The browser tests run after all others, because
 * a starved browser looks like a broken page, and after those, one file at a time, the browser tests that measure; the pictures are counted at the end. What a project needs is
 * started only when a file of it was chosen.
 */
import { defineConfig } from 'vitest/config';
import { patienceMs } from './test/browser/patience.ts';

/** They tell how long something took. */
const measuring = ['clock', 'first-load', 'opening', 'press'].map((name) => `test/browser/${name}.test.ts`);
const browser = {
  globalSetup: ['test/setup/browser.ts'],
  // Everything is waited for patiently; the whole of a test has more steps than one.
  ...{ testTimeout: 240_000, hookTimeout: 300_000, expect: { poll: { timeout: patienceMs } } },
  // A whole browser on a shared machine: in CI such a test has a second try, and the reporter names those that needed it. No other test has one: a sale that oversells once in ten is wrong.
  retry: process.env['CI'] ? 1 : 0,
};

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // A noisy machine makes everything late; what hangs is still found. Who waits longer for one thing than all of this says so.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: ['default', './test/reporter.ts'],
    coverage: {
      provider: 'v8',
      reporter: ['text-summary', 'html', 'json-summary'],
      include: ['src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      thresholds: { lines: 70 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'chaos/**/*.test.ts', 'web/src/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          // The suites of conformance take long, and would be the last of the short ones, alone.
          include: ['test/**/*.test.ts', 'conformance/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/pictures/**'],
          globalSetup: ['test/setup/servers.ts'],
        },
      },
      {
        // The servers that the others use, as processes of this machine.
        extends: true,
        test: {
          name: 'ops',
          include: ['ops/**/*.test.ts'],
          globalSetup: ['test/setup/programs.ts'],
          env: { TEST_SERVERS: 'local' },
        },
      },
      {
        extends: true,
        test: {
          ...{ name: 'browser', ...browser, sequence: { groupOrder: 1 } },
          include: ['test/browser/**/*.test.ts'],
          exclude: measuring,
        },
      },
      {
        extends: true,
        test: {
          ...{ name: 'browser-measured', ...browser, sequence: { groupOrder: 2 } },
          include: measuring,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: { name: 'pictures', include: ['test/pictures/**/*.test.ts'], sequence: { groupOrder: 3 } },
      },
    ],
  },
});
