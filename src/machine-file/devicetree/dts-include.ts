import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { UsageError } from '../../emu/errors.js';
import { type Place, placeText } from './dts-file.js';

/** Files that a source names: `/include/` and `/incbin/` read inside the folder of the first file, and nowhere else. */

export const MAX_SOURCE = 4 * 1024 * 1024;

/** Gives the bytes of a file named at a place, relative to the file that names it. */
export type ReadNamed = (name: string, at: Place) => { readonly path: string; readonly bytes: Uint8Array };

function inside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Reads below `folder`; links that lead out of it are refused too. */
export function readerBelow(folder: string): ReadNamed {
  return (name, at) => {
    const where = placeText(at);
    const path = resolve(dirname(at.file.path), name);
    try {
      if (!inside(realpathSync(folder), realpathSync(path))) {
        const remedy = 'copy the file there: a devicetree cannot read files of the rest of the system';
        throw new UsageError({ what: `'${name}' is outside the folder ${folder}`, where, remedy });
      }
      const stats = statSync(path);
      if (!stats.isFile() || stats.size > MAX_SOURCE) {
        throw new UsageError({ what: `'${name}' is no file of at most ${MAX_SOURCE} bytes`, where });
      }
      return { path, bytes: readFileSync(path) };
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const remedy = `it is looked for in ${dirname(at.file.path)}`;
      throw new UsageError({ what: `'${name}' cannot be read`, where, remedy }, { cause: error });
    }
  };
}
