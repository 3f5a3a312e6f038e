import {
  CHUNK_COUNT,
  CHUNK_MAP,
  CHUNK_SHIFT,
  CHUNK_SIZE,
  CHUNK_STRIDE,
  CHUNKS_BASE,
  ENTRIES_OFFSET,
  PAGE_SHIFT,
  PAGE_SIZE,
  RECORD_SIZE,
} from './layout.js';

const CHUNK_MASK = 2 ** (32 - CHUNK_SHIFT) - 1;
const PAGES_IN_CHUNK = CHUNK_SIZE / PAGE_SIZE;
/** Of chunks that are true whatever happens to translations. */
const FOR_EVER = Number.POSITIVE_INFINITY;

/** More chunks than every machine has, and where they are. */
export interface MoreChunks {
  readonly base: number;
  readonly count: number;
}

/** What CHUNK_MAP says of a chunk whose records are at an address. */
const biasOf = (chunk: number, at: number) => (at - chunk * CHUNK_SIZE * (RECORD_SIZE / 2)) | 0;

let emptyMap: Int32Array | undefined;

/** CHUNK_MAP of an engine that has decoded nothing: made once, copied for every machine. */
function nothingDecoded(): Int32Array {
  if (emptyMap !== undefined) return emptyMap;
  emptyMap = new Int32Array(2 ** (32 - CHUNK_SHIFT));
  // Biases are words: they come round again, and copying is faster than a loop that runs once in a process.
  const period = 2 ** 32 / (CHUNK_SIZE * (RECORD_SIZE / 2));
  for (let chunk = 0; chunk < period; chunk++) emptyMap[chunk] = biasOf(chunk, CHUNKS_BASE);
  for (let known = period; known < emptyMap.length; known *= 2) emptyMap.copyWithin(known, 0, known);
  return emptyMap;
}

/**
 * Where decoded instructions are kept: chunks of records, each for 64 KiB of addresses as they are seen in one view. Those of the
 * present view are in CHUNK_MAP, but for chunks that are stale: translations changed since they were known to be true.
 */
export class Records {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #more: MoreChunks;
  /** Chunk number (and view, above it) of every chunk in use, by slot; slot 0 stays empty. */
  readonly #keys: number[] = [-1];
  readonly #slots = new Map<number, number>();
  /** When the chunk in a slot was known to be true. */
  readonly #epochs: number[] = [FOR_EVER];
  #epoch = 0;
  #view = 0;
  /** Views that may have records: all below. */
  views = 1;

  readonly #first: number;
  /** Whether the engine finds them. */
  #isThere = true;

  /** `first`: where the first CHUNK_COUNT chunks are. */
  constructor(memory: WebAssembly.Memory, more: MoreChunks = { base: 0, count: 0 }, first = CHUNKS_BASE) {
    this.#first = first;
    this.#words = new Int32Array(memory.buffer);
    this.#bytes = new Uint8Array(memory.buffer);
    this.#more = more;
    this.#words.set(nothingDecoded(), CHUNK_MAP >> 2);
  }

  get isFull(): boolean {
    return this.#keys.length === CHUNK_COUNT + this.#more.count;
  }

  get view(): number {
    return this.#view;
  }
  set view(view: number) {
    if (view === this.#view) return;
    for (let slot = 1; slot < this.#keys.length; slot++) if (this.#isOf(slot, this.#view)) this.#show(slot, false);
    this.#view = view;
    this.views = Math.max(this.views, view + 1);
    this.#showAll();
  }
  #showAll(): void {
    for (let slot = 1; slot < this.#keys.length; slot++) {
      if (this.#isOf(slot, this.#view) && !this.#isStale(slot)) this.#show(slot, true);
    }
  }

  /** Another engine uses CHUNK_MAP, or no longer. */
  set isThere(on: boolean) {
    if (on === this.#isThere) return;
    if (!on)
      for (let slot = 1; slot < this.#keys.length; slot++) if (this.#isOf(slot, this.#view)) this.#show(slot, false);
    this.#isThere = on;
    if (on) this.#showAll();
  }

  /** Host address of a record, if its chunk is in use. */
  at(address: number, view = this.#view): number | undefined {
    const slot = this.#slots.get(keyOf(view, address));
    if (slot === undefined) return undefined;
    return this.#base(slot) + (address & (CHUNK_SIZE - 2)) * (RECORD_SIZE / 2);
  }
  /** Host address of a halfword's region entry, if its chunk is in use. */
  entryAt(address: number, view: number): number | undefined {
    const slot = this.#slots.get(keyOf(view, address));
    if (slot === undefined) return undefined;
    return this.#base(slot) + ENTRIES_OFFSET + (address & (CHUNK_SIZE - 2)) * 2;
  }
  /** Host address of a record of the present view, whose chunk comes into use if there is room; `fixed`: it is true whatever is translated how. */
  make(address: number, fixed: boolean): number {
    const key = keyOf(this.#view, address);
    if (!this.#slots.has(key)) {
      const slot = this.#keys.push(key) - 1;
      this.#slots.set(key, slot);
      this.#epochs[slot] = fixed ? FOR_EVER : this.#epoch;
      this.#show(slot, true);
    }
    return this.at(address)!;
  }

  /** Empties everything. No instruction may be in execution. */
  clear(): void {
    for (let slot = 1; slot < this.#keys.length; slot++) {
      const from = this.#base(slot);
      this.#bytes.fill(0, from, from + CHUNK_STRIDE);
      if (this.#isOf(slot, this.#view)) this.#show(slot, false);
    }
    this.#keys.length = 1;
    this.#slots.clear();
    this.views = this.#view + 1;
  }
  /** Empties the records of one page, but for operands: one of them may be in execution. */
  clearPage(address: number, view: number): void {
    const from = this.at(address & -PAGE_SIZE, view);
    if (from === undefined) return;
    const behind = from + (PAGE_SIZE / 2) * RECORD_SIZE;
    for (let record = from; record < behind; record += RECORD_SIZE) this.#words[record >> 2] = 0;
  }

  /** What was decoded where addresses are translated may no longer be true. */
  translationsChanged(): void {
    this.#epoch++;
    for (let slot = 1; slot < this.#keys.length; slot++) {
      if (this.#isOf(slot, this.#view) && this.#isStale(slot)) this.#show(slot, false);
    }
  }
  /** The same for the chunk with an address, in one view. */
  translationChanged(address: number, view: number): void {
    const slot = this.#slots.get(keyOf(view, address));
    if (slot === undefined || this.#epochs[slot] === FOR_EVER) return;
    this.#epochs[slot] = -1;
    if (view === this.#view) this.#show(slot, false);
  }
  /** Whether the chunk with an address is stale, in the present view. */
  isStale(address: number): boolean {
    const slot = this.#slots.get(keyOf(this.#view, address));
    return slot !== undefined && this.#isStale(slot);
  }
  /** What is in the chunk, in the present view, is true. */
  renew(address: number): void {
    const slot = this.#slots.get(keyOf(this.#view, address))!;
    this.#epochs[slot] = this.#epoch;
    this.#show(slot, true);
  }

  #isStale(slot: number): boolean {
    return this.#epochs[slot]! < this.#epoch;
  }
  #isOf(slot: number, view: number): boolean {
    return this.#keys[slot]! >>> CHUNK_SHIFT === view;
  }
  #base(slot: number): number {
    if (slot < CHUNK_COUNT) return this.#first + slot * CHUNK_STRIDE;
    return this.#more.base + (slot - CHUNK_COUNT) * CHUNK_STRIDE;
  }
  #show(slot: number, on: boolean): void {
    if (!this.#isThere) return;
    const chunk = this.#keys[slot]! & CHUNK_MASK;
    this.#words[(CHUNK_MAP >> 2) + chunk] = biasOf(chunk, on ? this.#base(slot) : CHUNKS_BASE);
  }
}

const keyOf = (view: number, address: number) => (view << CHUNK_SHIFT) | (address >>> CHUNK_SHIFT);

/** First addresses of the pages in an address's chunk. */
export function pagesOfChunk(address: number): number[] {
  const first = (address & -CHUNK_SIZE) >>> 0;
  return Array.from({ length: PAGES_IN_CHUNK }, (_, i) => first + (i << PAGE_SHIFT));
}
