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
  const size = (file: string) => gzipSync(readFileSync(join(distribution, file))).length;
  // Of the texts one language is loaded: here the one that weighs more.
  const texts = ['src/language/english.ts', 'src/language/korean.ts'].map((name) => manifest[name]?.file ?? '');
  expect([...loaded].filter((file) => texts.includes(file))).toEqual([]);
  const files = [...loaded, 'theme.js'];
  const bytes = files.reduce((sum, file) => sum + size(file), 0) + Math.max(...texts.map(size));
  console.log(`A buyer’s first visit loads ${bytes} bytes of JavaScript (gzip) in ${files.length + 1} files.`);

  expect(loaded.size).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(bytesMax);
  expect(loaded).not.toContain(manifest['src/admin/AdminPage.tsx']?.file);
});
