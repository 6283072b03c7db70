import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

  it('keeps others out until it is given back', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(`is in use by process ${process.pid}. Stop that process`);
    release();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    (await lockFolder(folder))();
  });

  it('falls to the next when its holder is killed', async () => {
    const url = new URL('./folder-lock.ts', import.meta.url).href;
    const program = `const { lockFolder } = await import(${JSON.stringify(url)}); await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(lockFolder(folder)).rejects.toThrow(`is in use by process ${holder.pid}`);
    const gone = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await gone;
    (await lockFolder(folder))();
  });

  it('is taken over from a file that nobody listens on', async () => {
    writeFileSync(join(folder, 'lock'), '4711');
    (await lockFolder(folder))();
  });

  it.each(['fresh', 'left by a dead one'])('goes to one of many that come at once, %s', async (start) => {
    if (start !== 'fresh') writeFileSync(join(folder, 'lock'), '');
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
    const holders = all.filter((each) => each.status === 'fulfilled');
    expect(holders).toHaveLength(1);
    await expect(lockFolder(folder)).rejects.toThrow('is in use by process');
    for (const holder of holders) holder.value();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('works however deep the folder lies', async () => {
    const deep = join(folder, ...Array.from({ length: 12 }, () => 'a-folder-with-a-long-name'));
    mkdirSync(deep, { recursive: true });
    (await lockFolder(deep))();
  });
});
