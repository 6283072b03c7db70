/** The command as the command line calls it: what it prints where, and how it ends. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, type Misbehaviour } from './fake-server.ts';
import { loadtest } from './run.ts';

vi.mock(import('./progress.ts'), () => ({ showProgress: () => ({ update: () => {}, stop: () => {} }) }));

let folder: string;
let printed: { out: string; error: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doorbuster-loadtest-test-'));
  printed = { out: '', error: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.error += text;
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function against(misbehaviour: Misbehaviour, ...more: string[]): Promise<number> {
  const server = await FakeServer.start(misbehaviour);
  const argv = [
    '--users',
    '5',
    '--stock',
    '2',
    '--lead',
    '3',
    '--url',
    server.url.origin,
    '--admin-password',
    'secret',
  ];
  try {
    return await loadtest([...argv, ...more]);
  } finally {
    await server.close();
  }
}

describe('the command', () => {
  it('helps, and ends with 0', async () => {
    expect(await loadtest(['--help'])).toBe(0);
    expect(printed.out).toContain('--users N');
  });

  it('names a mistake on standard error, and ends with 2', async () => {
    expect(await loadtest(['--users', 'all'])).toBe(2);
    expect(printed).toEqual({ out: '', error: expect.stringContaining('--users must be a whole number') });
  });

  it('reports a clean history, writes its figures without the password, and ends with 0', async () => {
    const file = join(folder, 'figures.json');
    expect(await against({}, '--json', file)).toBe(0);
    expect(printed.out).toContain('history: clean (5 answers, 5 claims in the ledger)');
    const json = await readFile(file, 'utf8');
    expect(json).not.toContain('secret');
    expect(JSON.parse(json)).toMatchObject({
      options: { users: 5, stock: 2 },
      node: process.version,
      claims: { granted: 2, refused: { sold_out: { ledger: 3, gate: 0 } } },
      history: { answers: 5, ledgerClaims: 5, violations: [] },
    });
  });

  it('names each violation, and ends with 1', async () => {
    expect(await against({ lie: 'oversells' })).toBe(1);
    expect(printed.out).toContain('oversold: arrival 3');
  });

  it('ends with 1 when the test cannot be run', async () => {
    expect(await against({ withoutLoadtest: true })).toBe(1);
    expect(printed.error).toContain('LOADTEST_ENABLED=true');
  });

  it('stops in the middle when interrupted, and ends with 130', async () => {
    const listeners = process.listenerCount('SIGINT');
    const ending = against({}, '--lead', '60');
    await expect.poll(() => process.listenerCount('SIGINT')).toBeGreaterThan(listeners);
    process.emit('SIGINT');
    expect(await ending).toBe(130);
    expect(printed.out).toBe('');
  });
});
