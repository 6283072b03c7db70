/**
 * The tests, in three projects that share all settings. They share a machine, too: two files at a time suit its smallest (2 cores), and the browser tests
 * run after all others, one file at a time, because a starved browser looks like a broken page.
 */
import { defineConfig } from 'vitest/config';

const alone = { sequence: { groupOrder: 1 }, fileParallelism: false };

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // A noisy machine makes everything late; what hangs is still found.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    globalSetup: ['test/setup/servers.ts'],
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
        test: { name: 'unit', include: ['src/**/*.test.ts', 'bench/**/*.test.ts', 'web/src/**/*.test.ts'] },
      },
      { extends: true, test: { name: 'integration', include: ['test/**/*.test.ts'], exclude: ['test/browser/**'] } },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...alone } },
    ],
  },
});
