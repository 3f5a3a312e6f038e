import {
  aligned,
  FDT_BEGIN_NODE,
  FDT_COMPATIBLE,
  FDT_END,
  FDT_END_NODE,
  FDT_MAGIC,
  FDT_PROP,
  FDT_VERSION,
  HEADER,
  HEADER_SIZE,
} from './dtb-format.js';
import type { DtNode, DtReservation, DtTree } from './tree.js';

/** Writes flattened devicetrees, version 17. Blocks stand in the order in which `dtc` writes them. */

const UTF8 = new TextEncoder();

/** A byte array that grows; numbers are big endian. */
class Block {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  size = 0;

  #room(size: number): number {
    const at = this.size;
    if (at + size > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, at + size));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.size += size;
    return at;
  }
  word(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value);
  }
  /** The bytes, and zeros up to a multiple of 4. */
  padded(bytes: Uint8Array): void {
    const at = this.#room(aligned(bytes.length));
    this.#bytes.set(bytes, at);
  }
  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }
  get contents(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }
}

/** The strings block (5.5): a name that ends another one is not written again. */
class Names {
  readonly block = new Block();
  readonly #offsets = new Map<string, number>();
  offset(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const at = this.block.size;
    this.block.bytes(UTF8.encode(`${name}\0`));
    for (let skipped = 0; skipped <= name.length; skipped++) {
      const end = name.slice(skipped);
      if (!this.#offsets.has(end)) this.#offsets.set(end, at + UTF8.encode(name.slice(0, skipped)).length);
    }
    return at;
  }
}

function writeNode(one: DtNode, structure: Block, names: Names): void {
  structure.word(FDT_BEGIN_NODE);
  structure.padded(UTF8.encode(`${one.name}\0`));
  for (const [name, value] of one.properties) {
    structure.word(FDT_PROP);
    structure.word(value.length);
    structure.word(names.offset(name));
    structure.padded(value);
  }
  for (const child of one.children) writeNode(child, structure, names);
  structure.word(FDT_END_NODE);
}

/** The reservation block (5.3), which an entry of zeros ends. */
function reservationBlock(reservations: readonly DtReservation[]): Uint8Array {
  const bytes = new Uint8Array((reservations.length + 1) * 16);
  const view = new DataView(bytes.buffer);
  reservations.forEach(({ address, size }, index) => {
    view.setBigUint64(index * 16, address);
    view.setBigUint64(index * 16 + 8, size);
  });
  return bytes;
}

/**
 * The tree as a flattened devicetree (`.dtb`).
 * @returns `totalsize` bytes, a multiple of 4 only where the strings end so, as `dtc` writes it
 */
export function encodeDtb(tree: DtTree): Uint8Array {
  const structure = new Block();
  const names = new Names();
  writeNode(tree.root, structure, names);
  structure.word(FDT_END);
  const reserved = reservationBlock(tree.reservations);
  const structAt = HEADER_SIZE + reserved.length;
  const stringsAt = structAt + structure.size;
  const bytes = new Uint8Array(stringsAt + names.block.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(HEADER.magic, FDT_MAGIC);
  view.setUint32(HEADER.totalsize, bytes.length);
  view.setUint32(HEADER.off_dt_struct, structAt);
  view.setUint32(HEADER.off_dt_strings, stringsAt);
  view.setUint32(HEADER.off_mem_rsvmap, HEADER_SIZE);
  view.setUint32(HEADER.version, FDT_VERSION);
  view.setUint32(HEADER.last_comp_version, FDT_COMPATIBLE);
  view.setUint32(HEADER.boot_cpuid_phys, tree.bootCpu);
  view.setUint32(HEADER.size_dt_strings, names.block.size);
  view.setUint32(HEADER.size_dt_struct, structure.size);
  bytes.set(reserved, HEADER_SIZE);
  bytes.set(structure.contents, structAt);
  bytes.set(names.block.contents, stringsAt);
  return bytes;
}
