/** Machines from devicetrees and SVD files, as descriptions that files and flags can change. */

import { boardKind } from './boards.js';
import { importDevicetree, importReport } from './devicetree/import-tree.js';
import { readTreeFile } from './devicetree/read-tree.js';
import type { Source } from './load-yaml.js';
import { KINDS, type Kinds } from './make-things.js';
import { importSvd, requireMemory, svdReport } from './svd/import-svd.js';
import { readSvdFile } from './svd/read-svd.js';

export interface Imported extends Source {
  /** What to tell whoever asked for it, line by line. */
  readonly notes: readonly string[];
}

const boardNamed = (name: string) => boardKind(name)?.make({});

/** @throws UsageError when it cannot be read, or has a processor that fwtest lacks */
export function fromDevicetree(path: string, { compatibles }: Kinds = KINDS): Imported {
  const { raw, where, folder, ...rest } = importDevicetree(readTreeFile(path), { path, boardNamed, compatibles });
  return { raw, where: (...at) => where(...at), folder, notes: importReport(rest) };
}

/** @param memory the memories that files and flags give: SVD files have none @throws UsageError as above, and without memory */
export function fromSvd(path: string, others: { readonly hasCpu: boolean; readonly memory: object }): Imported {
  const svd = readSvdFile(path);
  const { raw, where, folder, ...rest } = importSvd(svd, { boardNamed, hasCpu: others.hasCpu });
  requireMemory(svd, { ...raw.memory, ...others.memory });
  return { raw, where: (...at) => where(...at), folder, notes: svdReport(rest) };
}
