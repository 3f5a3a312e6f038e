import { Hasher } from './hash.js';
import type { Arena, Kept } from './state.js';

const PAGE = 4096;

export interface StorageOptions {
  /** Value of bytes that were never written. Default 0. */
  readonly fill?: number;
  /** What it holds from the first byte on when the machine is made. It is not copied: nobody may change it later. */
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
  /** What the pages hold that were never written; it is not copied. */
  readonly #contents: Uint8Array;
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
    this.#contents = contents?.subarray(0, size) ?? new Uint8Array(0);
  }

  /** The byte at an offset, which wraps at the end. */
  at(offset: number): number {
    const place = offset % this.size;
    return this.#pages[Math.floor(place / PAGE)]?.[place % PAGE] ?? this.#contents[place] ?? this.#fill;
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
      else bytes.set(this.#contents.subarray(place, place + count), at);
      at += count;
    }
    return bytes;
  }
  write(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const place = (offset + at) % this.size;
      const count = Math.min(bytes.length - at, PAGE - (place % PAGE), this.size - place);
      this.#page(Math.floor(place / PAGE)).set(bytes.subarray(at, at + count), place % PAGE);
      at += count;
    }
  }
  /** Gives a stretch the value of bytes that were never written. */
  clear(offset = 0, length = this.size - offset): void {
    for (let at = offset; at < offset + length; ) {
      const index = Math.floor(at / PAGE);
      const end = Math.min(offset + length, (index + 1) * PAGE);
      if (this.#pages[index] !== undefined || index * PAGE < this.#contents.length) {
        this.#page(index).fill(this.#fill, at % PAGE, end - index * PAGE);
      }
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
    hasher.text(contentsDigest(this.#contents));
    for (const [index, page] of this.#pages.entries()) {
      if (page === undefined || Buffer.compare(page, this.#unwritten(index)) === 0) continue;
      hasher.number(index);
      hasher.bytes(page);
    }
  }

  /** A page that may be written. */
  #page(index: number): Uint8Array {
    const known = this.#pages[index];
    if (known !== undefined && this.#own.has(index)) return known;
    const page = known?.slice() ?? this.#unwritten(index);
    const pages = this.#pages.slice();
    pages[index] = page;
    this.#pages = pages;
    this.#own.add(index);
    this.#touch();
    return page;
  }

  /** What a page holds that was never written. */
  #unwritten(index: number): Uint8Array {
    const page = new Uint8Array(PAGE).fill(this.#fill);
    page.set(this.#contents.subarray(index * PAGE, (index + 1) * PAGE));
    return page;
  }
}

const digests = new WeakMap<Uint8Array, string>();

/** Contents are not changed once they were given. */
function contentsDigest(contents: Uint8Array): string {
  let digest = digests.get(contents);
  if (digest === undefined) {
    const hasher = new Hasher();
    hasher.bytes(contents);
    digest = hasher.digest();
    digests.set(contents, digest);
  }
  return digest;
}
