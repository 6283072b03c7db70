import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findKafka } from './kafka.ts';
import { becomesTrue } from './local-server.ts';
import { findNginx } from './nginx.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { isRunning } from './process-tree.ts';
import { findRedis } from './redis.ts';

const PARENT = fileURLToPath(new URL('orphaned.ts', import.meta.url));
const END_TIMEOUT_MS = 15_000;
/** Java takes its time on a busy machine. */
const TIMEOUT_MS = 60_000;

/** Starts a server from a process of its own, kills that process, and waits for what is left. */
async function orphan(name: string, state: 'running' | 'frozen'): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'doorbuster-orphan-'));
  // The server may be another user than we are.
  chmodSync(folder, 0o755);
  const parent = spawn(process.execPath, [PARENT, name, state], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    parent.kill('SIGKILL');
  });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const [serverId = 0, ...childIds]: number[] = JSON.parse(line);
  expect(isRunning(serverId)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);

  parent.kill('SIGKILL');
  const isTidy = (): boolean => ![serverId, ...childIds].some(isRunning) && readdirSync(folder).length === 0;
  expect(await becomesTrue(isTidy, END_TIMEOUT_MS)).toBe(true);
  rmdirSync(folder);
}

const kafka = await findKafka();

describe('a server whose parent is killed ends, and its data is deleted', { timeout: TIMEOUT_MS }, () => {
  it.skipIf(!findPostgresBinaries())('PostgreSQL', () => orphan('postgres', 'running'));
  it.skipIf(!findPostgresBinaries())('PostgreSQL, frozen', () => orphan('postgres', 'frozen'));
  it.skipIf(!findRedis())('Redis', () => orphan('redis', 'running'));
  it.skipIf(!findRedis())('Redis, frozen', () => orphan('redis', 'frozen'));
  it.skipIf(!findNginx())('nginx', () => orphan('nginx', 'running'));
  it.skipIf(!kafka)('Kafka', () => orphan('kafka', 'running'));
});
