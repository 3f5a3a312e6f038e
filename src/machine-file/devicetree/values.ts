/** Property values: makers and readers of the types in Devicetree Specification 0.4, 2.2.4. Everything is big endian. */

import type { DtNode } from './tree.js';

/** `<empty>`: a property that is true by being there. */
export const empty = new Uint8Array(0);

/** `<u32>` and `<prop-encoded-array>`: cells of 32 bits; a negative number is its two's complement. */
export function u32(...cells: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(cells.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < cells.length; index++) view.setUint32(index * 4, cells[index]!);
  return bytes;
}

/** `<u64>`: two cells each. */
export function u64(...values: readonly (number | bigint)[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) view.setBigUint64(index * 8, BigInt(values[index]!));
  return bytes;
}

const UTF8 = new TextEncoder();

/** `<string>` and `<stringlist>`: each ends in a NUL. */
export function strings(...texts: readonly string[]): Uint8Array {
  return UTF8.encode(texts.map((text) => `${text}\0`).join(''));
}

/** Values one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A number as so many cells (0 to 2), as `#address-cells` and `#size-cells` say. */
export function cells(count: number, value: number | bigint): Uint8Array {
  const all = u64(value);
  return count <= 2 ? all.subarray(8 - count * 4) : joined(new Uint8Array(count * 4 - 8), all);
}

/** How wide addresses and sizes are in the `reg` and `ranges` of a node's children (2.3.5). */
export interface CellCounts {
  readonly address: number;
  readonly size: number;
}

/** `reg` (2.3.6): pairs of address and size. */
export function reg(
  counts: CellCounts,
  ...pairs: readonly (readonly [address: number | bigint, size: number | bigint])[]
) {
  return joined(...pairs.flatMap(([address, size]) => [cells(counts.address, address), cells(counts.size, size)]));
}

/** Gives phandles to nodes (2.3.3) in the order in which they are asked for, from `first` up. */
export class Phandles {
  #next: number;
  readonly #known = new Map<DtNode, number>();
  constructor(first = 1) {
    this.#next = first;
  }
  /** The node's phandle; it gets the property with the first call. */
  of(one: DtNode): number {
    let phandle = this.#known.get(one);
    if (phandle === undefined) {
      phandle = this.#next++;
      this.#known.set(one, phandle);
      one.properties.set('phandle', u32(phandle));
    }
    return phandle;
  }
}

/** Cells of 32 bits; undefined when the length is no multiple of 4. */
export function readU32s(value: Uint8Array): number[] | undefined {
  if (value.length % 4 !== 0) return undefined;
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return Array.from({ length: value.length / 4 }, (_, index) => view.getUint32(index * 4));
}

const TEXT = new TextDecoder('utf-8', { fatal: true });

/** A list of strings; undefined when the value is none (no NUL at the end, empty, or no UTF-8). */
export function readStrings(value: Uint8Array): string[] | undefined {
  if (value.length === 0 || value.at(-1) !== 0) return undefined;
  try {
    return TEXT.decode(value.subarray(0, -1)).split('\0');
  } catch {
    return undefined;
  }
}

/** `cells[at …]` of so many cells as one number; undefined when they are missing or above 2^53. */
export function numberOf(all: readonly number[], at: number, count: number): number | undefined {
  let value = 0;
  for (let index = 0; index < count; index++) {
    const cell = all[at + index];
    if (cell === undefined) return undefined;
    value = value * 2 ** 32 + cell;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}
