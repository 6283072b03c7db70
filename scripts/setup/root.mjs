import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Inside node_modules, so that it goes away together with what it describes. */
export const stampFolder = join(root, 'node_modules', '.doorbuster');
