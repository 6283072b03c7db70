import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJwtSecret } from './secrets.ts';
import { readSettings } from './settings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorbuster-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = () => readJwtSecret(readSettings({ DATA_DIR: folder }));

describe('the generated secret', () => {
  it('is made once, whole, and for the server’s user only', () => {
    const secret = read();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(read()).toBe(secret);
    expect(readdirSync(folder)).toEqual(['jwt-secret']);
    expect(statSync(join(folder, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });

  it('is made also after a start that ended while it was written', () => {
    writeFileSync(join(folder, 'jwt-secret.new'), 'half of', { mode: 0o600 });
    expect(read()).toMatch(/^[0-9a-f]{64}$/);
    expect(existsSync(join(folder, 'jwt-secret.new'))).toBe(false);
  });

  it.each(['', '\n', 'x'.repeat(31), `${' '.repeat(40)}short`])('is refused as %j: anybody could guess it', (text) => {
    writeFileSync(join(folder, 'jwt-secret'), text);
    expect(read).toThrow(/jwt-secret has fewer than 32 characters: put it back from a backup, or remove it/);
  });
});
