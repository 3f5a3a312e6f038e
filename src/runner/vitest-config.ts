/** Where vitest would find the user's configuration. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const NAMES = ['vitest.config', 'vite.config'].flatMap((name) => EXTENSIONS.map((extension) => name + extension));

/**
 * The configuration file vitest takes for a run in `root`: there or in a folder above, as vitest looks for it.
 * Without one, nothing needs to be bundled and loaded before the tests.
 */
export function findVitestConfig(root: string): string | undefined {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const name = NAMES.find((one) => existsSync(join(folder, one)));
    if (name) return join(folder, name);
    if (dirname(folder) === folder) return undefined;
  }
}
