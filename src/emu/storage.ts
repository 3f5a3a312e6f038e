import type { Hasher } from './hash.js';
import type { Arena, Kept } from './state.js';

const PAGE = 4096;

export interface StorageOptions {
  /** Value of bytes that were never written. Default 0. */
  readonly fill?: number;
  /** What it holds from the first byte on when the machine is made. */
  readonly contents?: Uint8Array;
}

/**
 * Bytes of a part's own memory (EEPROM, flash chip, frame buffer): any size, part of the machine's state. Snapshots share the pages
 * that did not change since.
 */
export class Storage implements Kept {
  readonly name: string;
  readonly size: number;
  readonly #fill: number;
  readonly #touch: () => void;
  #pages: readonly (Uint8Array | undefined)[] = [];
  /** Pages that no snapshot shares. */
  readonly #own = new Set<number>();

  constructor(arena: Arena, name: string, size: number, { fill = 0, contents }: StorageOptions = {}) {
    this.name = name;
    this.size = size;
    this.#fill = fill;
    const index = arena.keep(this);
    this.#touch = () => arena.touched.add(index);
    if (contents !== undefined) this.write(0, contents.subarray(0, size));
  }

  /** The byte at an offset, which wraps at the end. */
  at(offset: number): number {
    const place = offset % this.size;
    return this.#pages[Math.floor(place / PAGE)]?.[place % PAGE] ?? this.#fill;
  }
  set(offset: number, byte: number): void {
    const place = offset % this.size;
    this.#page(Math.floor(place / PAGE))[place % PAGE] = byte;
  }
  /** A copy. */
  bytes(offset = 0, length = this.size - offset): Uint8Array {
    const bytes = new Uint8Array(length).fill(this.#fill);
    for (let at = 0; at < length; ) {
      const place = (offset + at) % this.size;
      const count = Math.min(length - at, PAGE - (place % PAGE), this.size - place);
      const page = this.#pages[Math.floor(place / PAGE)];
      if (page) bytes.set(page.subarray(place % PAGE, (place % PAGE) + count), at);
      at += count;
    }
    return bytes;
  }
  write(offset: number, bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.set(offset + i, bytes[i]!);
  }
  /** Gives a stretch the value of bytes that were never written. */
  clear(offset = 0, length = this.size - offset): void {
    for (let at = offset; at < offset + length; ) {
      const index = Math.floor(at / PAGE);
      const end = Math.min(offset + length, (index + 1) * PAGE);
      if (this.#pages[index] !== undefined) this.#page(index).fill(this.#fill, at % PAGE, end - index * PAGE);
      at = end;
    }
  }

  save(): unknown {
    this.#own.clear();
    return this.#pages;
  }
  restore(saved: unknown): void {
    this.#own.clear();
    this.#pages = saved as readonly Uint8Array[];
  }
  digest(hasher: Hasher): void {
    hasher.text(this.name);
    for (const [index, page] of this.#pages.entries()) {
      if (page === undefined || page.every((byte) => byte === this.#fill)) continue;
      hasher.number(index);
      hasher.bytes(page);
    }
  }

  /** A page that may be written. */
  #page(index: number): Uint8Array {
    const known = this.#pages[index];
    if (known !== undefined && this.#own.has(index)) return known;
    const page = known?.slice() ?? new Uint8Array(PAGE).fill(this.#fill);
    const pages = this.#pages.slice();
    pages[index] = page;
    this.#pages = pages;
    this.#own.add(index);
    this.#touch();
    return page;
  }
}
