import { readFileSync, statSync } from 'node:fs';
import { hex } from '../../emu/bits.js';
import { UsageError } from '../../emu/errors.js';
import { decodeDtb } from './decode-dtb.js';
import { FDT_MAGIC, MAX_DTB } from './dtb-format.js';
import { type ReadTree, readDts } from './dts.js';
import { type DtNode, nodeAt, walk } from './tree.js';
import { readStrings } from './values.js';

/** Devicetree files of either form, told apart by their contents. */

/** Labels that `dtc -@` writes: properties of `/__symbols__`, each the path of a node. */
function symbols(root: DtNode): Map<DtNode, string[]> {
  const byPath = new Map<string, string[]>();
  for (const [name, value] of nodeAt(root, '/__symbols__')?.properties ?? []) {
    const path = readStrings(value)?.[0];
    if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), name]);
  }
  const found = new Map<DtNode, string[]>();
  if (byPath.size === 0) return found;
  for (const { node, path } of walk(root)) {
    const names = byPath.get(path);
    if (names) found.set(node, names);
  }
  return found;
}

/** A `.dtb` with where its parts are: by their paths. */
export function readDtb(bytes: Uint8Array, path: string): ReadTree {
  const tree = decodeDtb(bytes, path);
  const paths = new Map<DtNode, string>();
  for (const { node, path: own } of walk(tree.root)) paths.set(node, own);
  const labels = symbols(tree.root);
  return {
    tree,
    where: (node, property) => `${path}: ${paths.get(node) ?? '/'}${property === undefined ? '' : ` ${property}`}`,
    labels: (node) => labels.get(node) ?? [],
  };
}

export function isDtb(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === FDT_MAGIC;
}

/**
 * Reads a devicetree, flattened or as source, whichever the bytes are.
 * @throws UsageError with place and remedy
 */
export function readTree(bytes: Uint8Array, path: string): ReadTree {
  if (isDtb(bytes)) return readDtb(bytes, path);
  if (!bytes.includes(0)) return readDts(bytes, path);
  const start = bytes.length >= 4 ? hex(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)) : 'nothing';
  const what = `the file is no devicetree: it starts with ${start}, a .dtb with ${hex(FDT_MAGIC)}, and it is no text`;
  throw new UsageError({ what, where: path, remedy: 'give a .dtb, or a .dts' });
}

/** @throws UsageError when the file cannot be read, or is no devicetree */
export function readTreeFile(path: string): ReadTree {
  let bytes: Uint8Array;
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > MAX_DTB) {
      throw new UsageError({ what: `the devicetree is no file of at most ${MAX_DTB} bytes`, where: path });
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const remedy = 'correct the path; QEMU writes one with -M virt,dumpdtb=virt.dtb';
    throw new UsageError({ what: 'the devicetree cannot be read', where: path, remedy }, { cause: error });
  }
  return readTree(bytes, path);
}
