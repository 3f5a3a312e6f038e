import { dirname } from 'node:path';
import { UsageError } from '../../emu/errors.js';
import { placeText } from './dts-file.js';
import { type ReadNamed, readerBelow } from './dts-include.js';
import type { DtsNode } from './dts-nodes.js';
import { DtsParser } from './dts-parser.js';
import { DtsReferences } from './dts-resolve.js';
import { DtsScanner } from './dts-scanner.js';
import type { DtNode, DtTree } from './tree.js';
import { joined, readU32s, strings } from './values.js';

/** Devicetree sources, `.dts`. */

/** A tree, and where in its file the parts of it are. */
export interface ReadTree {
  readonly tree: DtTree;
  /** `board.dts:12:5` of a node or of one of its properties. */
  where(node: DtNode, property?: string): string;
  /** The node's labels in its source, or those that `dtc -@` left in a `.dtb`. */
  labels(node: DtNode): readonly string[];
}

/** `name`, where it says the node's own, is dropped as redundant; anything else is a mistake. */
function checkName(from: DtsNode, into: DtNode): void {
  const value = into.properties.get('name');
  if (!value) return;
  const base = from.name.split('@', 1)[0]!;
  if (Buffer.compare(value, strings(base)) !== 0) {
    const where = placeText(from.properties.get('name')!.place);
    throw new UsageError({ what: `the property 'name' of node '${from.name}' says something else`, where });
  }
  into.properties.delete('name');
}

function plain(from: DtsNode, origins: Map<DtNode, DtsNode>): DtNode {
  const into: DtNode = { name: from.name, properties: new Map(), children: [] };
  origins.set(into, from);
  for (const { name, deleted, value } of from.properties.values()) {
    if (!deleted) into.properties.set(name, joined(...value.filter((one) => one instanceof Uint8Array)));
  }
  checkName(from, into);
  for (const child of from.children.values()) if (!child.deleted) into.children.push(plain(child, origins));
  return into;
}

/** The hart that boots: the first CPU, as `dtc` says. */
function bootCpuOf(root: DtNode): number {
  const reg = root.children.find((one) => one.name === 'cpus')?.children[0]?.properties.get('reg');
  return (reg?.length === 4 ? readU32s(reg)?.[0] : undefined) ?? 0;
}

/**
 * Reads a devicetree source.
 * @param path for messages, and where includes are looked for
 * @param read gives included files; by default those in the folder of `path` and below
 * @throws UsageError with file, line and column
 */
export function readDts(
  source: string | Uint8Array,
  path: string,
  read: ReadNamed = readerBelow(dirname(path)),
): ReadTree {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  const parser = new DtsParser(new DtsScanner(path, bytes, read));
  parser.parse();
  new DtsReferences(parser.root, parser.labels).resolve();
  const origins = new Map<DtNode, DtsNode>();
  const root = plain(parser.root, origins);
  const where = (node: DtNode, property?: string) => {
    const origin = origins.get(node);
    const place = (property === undefined ? undefined : origin?.property(property)?.place) ?? origin?.place;
    return place ? placeText(place) : path;
  };
  const labels = new Map<DtsNode, string[]>();
  for (const name of parser.labels.names) {
    const node = parser.labels.node(name)!;
    labels.set(node, [...(labels.get(node) ?? []), name]);
  }
  return {
    labels: (node) => labels.get(origins.get(node)!) ?? [],
    where,
    tree: { root, reservations: parser.reservations, bootCpu: bootCpuOf(root) },
  };
}

/** The tree of a source, see `readDts`. */
export function parseDts(source: string | Uint8Array, path: string, read?: ReadNamed): DtTree {
  return readDts(source, path, read).tree;
}
