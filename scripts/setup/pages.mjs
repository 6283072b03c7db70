/** Whether web/dist was built from what is under web/ now: a stamp with the hash of every input, its name and its content. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesHash } from './packages.mjs';
import { root, stampFolder } from './root.mjs';

const webFolder = join(root, 'web');
const builtPath = join(webFolder, 'dist', 'index.html');
const stampPath = join(stampFolder, 'pages');
const notInputs = new Set(['dist', 'node_modules']);

function inputPaths(folder) {
  const paths = [];
  for (const entry of readdirSync(join(webFolder, folder), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || (folder === '' && notInputs.has(entry.name))) continue;
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...inputPaths(path));
    else paths.push(path);
  }
  return paths;
}

export function pagesHash() {
  const hash = createHash('sha256').update(packagesHash());
  for (const path of inputPaths('').sort()) hash.update(`\0${path}\0`).update(readFileSync(join(webFolder, path)));
  return hash.digest('hex');
}

export function pagesAreCurrent() {
  if (!existsSync(builtPath)) return false;
  try {
    return readFileSync(stampPath, 'utf8').trim() === pagesHash();
  } catch {
    return false;
  }
}

export function stampPages(hash) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stampPath, `${hash}\n`);
}
