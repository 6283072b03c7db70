import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildPages, root } from './harness.ts';

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

const bytesMax = 40_000;

test('a buyer’s first visit loads less than 40 kB of JavaScript, and nothing of the administrators’', () => {
  buildPages();
  const distribution = join(root, 'web/dist');
  const manifest = JSON.parse(readFileSync(join(distribution, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
  const loaded = new Set<string>();
  // The page of a drop is in the entry itself; what is imported dynamically comes later or never.
  const load = (name: string) => {
    const chunk = manifest[name];
    if (!chunk || loaded.has(chunk.file)) return;
    loaded.add(chunk.file);
    for (const imported of chunk.imports ?? []) load(imported);
  };
  load(entry ?? '');
  const code = [...loaded, 'theme.js'].map((file) => readFileSync(join(distribution, file)));
  const bytes = code.reduce((sum, bytesOfFile) => sum + gzipSync(bytesOfFile).length, 0);
  console.log(`A buyer’s first visit loads ${bytes} bytes of JavaScript (gzip) in ${code.length} files.`);

  expect(loaded.size).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(bytesMax);
  expect(loaded).not.toContain(manifest['src/admin/AdminPage.tsx']?.file);
});
