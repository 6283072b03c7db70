/**
 * Documents that the program writes about itself. `npm run generate` brings them up to date; `npm run generated`, in CI, only compares, so that a change of a route
 * or a setting that nobody wrote down is seen.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/root.mjs';

const documents = [
  { path: 'docs/openapi.json', command: 'openapi', place: (text) => text },
  { path: 'docs/settings.md', command: 'settings', place: placeTable },
];

/** Puts the table in the place of the one that the document has, or at its end. */
function placeTable(table, document) {
  const rows = /^\|.*(\n\|.*)*$/m;
  const text = document || '# Settings\n';
  return rows.test(text) ? text.replace(rows, () => table.trim()) : `${text.trimEnd()}\n\n${table.trim()}\n`;
}

function generate(command) {
  return execFileSync(process.execPath, [join(root, 'src', 'main.ts'), command], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    // A command that prints and then doesn't end is a defect, and must not take CI's time until its own limit.
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
}

const write = process.argv.includes('--write');
for (const { path, command, place } of documents) {
  const file = join(root, path);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = place(generate(command), before);
  if (after === before) continue;
  if (write) {
    writeFileSync(file, after);
    console.log(`${path} written`);
  } else {
    console.error(
      `${path} differs from what \`node src/main.ts ${command}\` prints. Run \`npm run generate\` and commit the change.`,
    );
    process.exitCode = 1;
  }
}
