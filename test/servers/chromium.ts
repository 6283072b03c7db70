/** The browser of the browser tests: CHROMIUM, or the machine's own, or Debian's, installed where that is allowed (see packages.ts). */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages, mayInstallPackages } from '../../ops/servers/packages.ts';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
// Without them, Korean is drawn as boxes.
const KOREAN_FONT = '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc';

/** The path of the program; undefined if there is none. */
export function findChromium(): string | undefined {
  const chosen = process.env['CHROMIUM'];
  if (chosen) {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM names ${chosen}, and there is no such file`);
    return chosen;
  }
  const found = findInstalled();
  if ((found && existsSync(KOREAN_FONT)) || !mayInstallPackages()) return found;
  installPackages(...(found ? [] : ['chromium']), 'fonts-noto-cjk');
  return findInstalled();
}

function findInstalled(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command))).find((path) => existsSync(path));
}
