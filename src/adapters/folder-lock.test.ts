import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';

describe('the lock on a folder', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorbuster-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const owner = () => readFileSync(join(folder, 'process-id'), 'utf8');

  it('names its holder, and goes when it is given back', () => {
    const release = lockFolder(folder);
    expect(owner()).toMatch(new RegExp(`^${process.pid}\\b`));
    release();
    expect(owner).toThrow('ENOENT');
  });

  it('keeps others out while its holder runs, and falls to the next when it is killed', async () => {
    const url = new URL('./folder-lock.ts', import.meta.url).href;
    const program = `const { lockFolder } = await import(${JSON.stringify(url)}); lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    expect(() => lockFolder(folder)).toThrow(`is in use by process ${holder.pid}. Stop that process`);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    lockFolder(folder)();
  });

  it.each(['', 'nonsense', '0', '-1', '999999999 1', `${process.ppid} 1`])(
    'is taken over from %j, who is not there',
    (left) => {
      writeFileSync(join(folder, 'process-id'), left);
      lockFolder(folder)();
    },
  );
});
