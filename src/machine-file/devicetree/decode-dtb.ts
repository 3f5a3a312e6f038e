import { hex } from '../../emu/bits.js';
import { UsageError } from '../../emu/errors.js';
import {
  aligned,
  FDT_BEGIN_NODE,
  FDT_COMPATIBLE,
  FDT_END,
  FDT_END_NODE,
  FDT_MAGIC,
  FDT_NOP,
  FDT_PROP,
  FDT_VERSION,
  HEADER,
  HEADER_SIZE,
  HEADER_SIZE_16,
  MAX_DEPTH,
  MAX_DTB,
  MAX_NAME,
  MAX_NODES,
  MAX_PROPERTIES,
  MAX_RESERVATIONS,
} from './dtb-format.js';
import type { DtNode, DtReservation, DtTree } from './tree.js';

/** Reads flattened devicetrees. Nothing in the file is trusted: every offset is checked before it is used. */

const DAMAGED = 'the file was cut short or damaged: write it again (dtc -O dtb), or copy it again in binary mode';

const TEXT = new TextDecoder('utf-8', { fatal: true });

/** A part of the file: `[start, end)`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

class Reader {
  readonly #path: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #nodes = 0;
  #properties = 0;

  constructor(path: string, bytes: Uint8Array) {
    this.#path = path;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  refuse(what: string, offset: number, remedy = DAMAGED): never {
    throw new UsageError({ what, where: `${this.#path}, offset ${hex(offset, 1)}`, remedy });
  }

  /** A word of the header by its name. */
  header(field: keyof typeof HEADER): number {
    return this.#view.getUint32(HEADER[field]);
  }

  /** A block whose place and size the header gives. */
  block(what: string, start: number, size: number, field: keyof typeof HEADER, align: number, limit: number): Range {
    const at = HEADER[field];
    if (start % align !== 0) this.refuse(`the ${what} block starts at ${hex(start)}, no multiple of ${align}`, at);
    if (start < HEADER_SIZE_16 || start > limit || start + size > limit) {
      this.refuse(`the ${what} block, ${size} bytes at ${hex(start)}, is outside the ${limit} bytes of the tree`, at);
    }
    return { start, end: start + size };
  }

  /** Text up to its NUL, at most MAX_NAME characters, inside the range. */
  text(at: number, range: Range, what: string): string {
    const end = this.#bytes.subarray(at, Math.min(range.end, at + MAX_NAME + 1)).indexOf(0);
    if (end < 0) this.refuse(`the ${what} has no end within ${MAX_NAME} characters`, at);
    try {
      return TEXT.decode(this.#bytes.subarray(at, at + end));
    } catch {
      return this.refuse(`the ${what} is no text`, at);
    }
  }

  word(at: number, range: Range): number {
    if (at + 4 > range.end) this.refuse('the structure block ends in the middle of a node', at);
    return this.#view.getUint32(at);
  }

  reservations(start: number, limit: number): DtReservation[] {
    const found: DtReservation[] = [];
    for (let at = start; ; at += 16) {
      if (at + 16 > limit) this.refuse('the memory reservation block has no end', at);
      const [address, size] = [this.#view.getBigUint64(at), this.#view.getBigUint64(at + 8)];
      if (address === 0n && size === 0n) return found;
      if (found.length === MAX_RESERVATIONS) this.refuse(`more than ${MAX_RESERVATIONS} memory reservations`, at);
      found.push({ address, size });
    }
  }

  /** A property at its token; gives the offset behind it. */
  property(at: number, into: DtNode, structure: Range, names: Range): number {
    const length = this.word(at + 4, structure);
    const nameAt = this.word(at + 8, structure);
    const start = at + 12;
    if (start + length > structure.end) {
      this.refuse(`a property of ${length} bytes reaches past the structure block`, at + 4);
    }
    if (nameAt >= names.end - names.start) {
      this.refuse(`the name of a property is at ${hex(nameAt)}, outside the strings block`, at + 8);
    }
    const name = this.text(names.start + nameAt, names, 'name of a property');
    if (name === '') this.refuse('a property has no name', at + 8);
    if (into.properties.has(name)) this.refuse(`node '${into.name || '/'}' has the property '${name}' twice`, at);
    if (++this.#properties > MAX_PROPERTIES) this.refuse(`more than ${MAX_PROPERTIES} properties`, at);
    into.properties.set(name, this.#bytes.subarray(start, start + length));
    return start + aligned(length);
  }

  /** A node at its token; gives the offset behind its name. */
  node(at: number, stack: readonly DtNode[], structure: Range): { node: DtNode; next: number } {
    const parent = stack.at(-1);
    const name = this.text(at + 4, structure, 'name of a node');
    if (!parent && name !== '') this.refuse(`the root node is called '${name}'`, at);
    if (parent && (name === '' || name.includes('/'))) this.refuse(`'${name}' is no name of a node`, at);
    if (stack.length === MAX_DEPTH) this.refuse(`nodes are nested deeper than ${MAX_DEPTH}`, at);
    if (++this.#nodes > MAX_NODES) this.refuse(`more than ${MAX_NODES} nodes`, at);
    const node: DtNode = { name, properties: new Map(), children: [] };
    parent?.children.push(node);
    const length = new TextEncoder().encode(name).length;
    return { node, next: at + 4 + aligned(length + 1) };
  }

  /** The structure block (5.4). */
  structure(structure: Range, names: Range): DtNode {
    const stack: DtNode[] = [];
    let root: DtNode | undefined;
    let at = structure.start;
    for (;;) {
      const token = this.word(at, structure);
      const open = stack.at(-1);
      if (token === FDT_NOP) at += 4;
      else if (token === FDT_BEGIN_NODE && (open || !root)) {
        const { node, next } = this.node(at, stack, structure);
        root ??= node;
        stack.push(node);
        at = next;
      } else if (token === FDT_END_NODE && open) {
        stack.pop();
        at += 4;
      } else if (token === FDT_PROP && open && open.children.length === 0)
        at = this.property(at, open, structure, names);
      else if (token === FDT_END && root && !open) return root;
      else this.refuse(this.#wrongToken(token, open, root), at);
    }
  }

  #wrongToken(token: number, open: DtNode | undefined, root: DtNode | undefined): string {
    const named = {
      [FDT_BEGIN_NODE]: 'a second root node',
      [FDT_END_NODE]: 'the end of a node that is not open',
      [FDT_PROP]: open ? `a property behind the subnodes of '${open.name || '/'}'` : 'a property outside any node',
      [FDT_END]: root ? `the end of the tree inside node '${open?.name || '/'}'` : 'the end of a tree without root',
    }[token];
    return named ?? `${hex(token)} is no token of the structure block`;
  }
}

function checkHeader(reader: Reader, size: number): void {
  if (size < HEADER_SIZE_16) reader.refuse(`${size} bytes are no devicetree: its header alone has ${HEADER_SIZE}`, 0);
  const magic = reader.header('magic');
  if (magic !== FDT_MAGIC) {
    const remedy = 'give a .dtb (dtc -O dtb, or qemu-system-… -M virt,dumpdtb=virt.dtb), or a .dts under that name';
    reader.refuse(`no flattened devicetree: it starts with ${hex(magic)} instead of ${hex(FDT_MAGIC)}`, 0, remedy);
  }
  const total = reader.header('totalsize');
  if (total > size) reader.refuse(`the tree has ${total} bytes, the file ${size}`, HEADER.totalsize);
  if (total > MAX_DTB) reader.refuse(`the tree has ${total} bytes, more than ${MAX_DTB}`, HEADER.totalsize);
  const [version, compatible] = [reader.header('version'), reader.header('last_comp_version')];
  if (version < FDT_COMPATIBLE || compatible > FDT_VERSION) {
    const what = `version ${version} (compatible with ${compatible}) of the format; read are ${FDT_COMPATIBLE} and ${FDT_VERSION}`;
    reader.refuse(what, HEADER.version, 'write it again with dtc -O dtb -V 17');
  }
  if (version >= FDT_VERSION && total < HEADER_SIZE) {
    reader.refuse(`the tree has ${total} bytes, its header alone ${HEADER_SIZE}`, HEADER.totalsize);
  }
}

/**
 * Reads a flattened devicetree of version 16 or 17. Property values are views into `bytes`.
 * @param path for messages
 * @throws UsageError with the offset, when anything in it is wrong, or larger than any real tree
 */
export function decodeDtb(bytes: Uint8Array, path = 'devicetree'): DtTree {
  const reader = new Reader(path, bytes);
  checkHeader(reader, bytes.length);
  const total = reader.header('totalsize');
  const structAt = reader.header('off_dt_struct');
  const structSize = reader.header('version') >= FDT_VERSION ? reader.header('size_dt_struct') : total - structAt;
  const structure = reader.block('structure', structAt, structSize, 'off_dt_struct', 4, total);
  const stringsSize = reader.header('size_dt_strings');
  const names = reader.block('strings', reader.header('off_dt_strings'), stringsSize, 'off_dt_strings', 1, total);
  const reservedAt = reader.header('off_mem_rsvmap');
  reader.block('memory reservation', reservedAt, 16, 'off_mem_rsvmap', 8, total);
  return {
    reservations: reader.reservations(reservedAt, total),
    root: reader.structure(structure, names),
    bootCpu: reader.header('boot_cpuid_phys'),
  };
}
