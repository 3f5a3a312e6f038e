/** The folder of blob reports that `--merge-reports` joins. */

import { readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../emu/errors.js';

/** Where the blob reporter writes, and where vitest looks without a folder. */
const DEFAULT_FOLDER = '.vitest-reports';

/**
 * Refuses a folder that holds no reports.
 * @param given the option's value: a folder, or nothing where it stands alone
 * @throws UsageError
 */
export function checkMergeFolder(given: unknown): void {
  const folder = typeof given === 'string' && given !== '' ? given : DEFAULT_FOLDER;
  const what = problemOf(resolve(folder));
  if (what === undefined) return;
  const remedy = 'run the shards with --reporter=blob first, and name the folder that holds their reports';
  throw new UsageError({ what: `${folder} ${what}`, where: '--merge-reports', remedy });
}

function problemOf(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return 'does not exist';
  if (!found.isDirectory()) return 'is not a folder';
  return readdirSync(folder).length === 0 ? 'holds no reports' : undefined;
}
