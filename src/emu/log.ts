import type { Hasher } from './hash.js';

export interface LogOptions {
  /** `'u8'` for bytes, `'f64'` (the default) for numbers. */
  readonly kind?: 'u8' | 'f64';
  /** Numbers an entry consists of; entries are dropped whole. */
  readonly width?: number;
  /** Entries kept at least; older ones are dropped in blocks, and counted in `lost`. */
  readonly limit?: number;
}

type Block = { readonly values: Uint8Array | Float64Array; used: number };
interface SavedLog {
  readonly blocks: readonly Block[];
  readonly first: number;
  readonly length: number;
}

const BLOCK_ENTRIES = 1024;
const DEFAULT_LIMIT = 65_536;

/**
 * An append-only log (UART bytes, pin edges) that is part of the machine's state. Saving costs nothing but the list of
 * blocks: blocks are shared with snapshots, and copied when a restored log would overwrite what a snapshot still sees.
 */
export class Log {
  readonly name: string;
  readonly #touch: () => void;
  readonly #kind: 'u8' | 'f64';
  readonly #width: number;
  readonly #limit: number;
  #blocks: readonly Block[] = [];
  #first = 0;
  #length = 0;
  #dirty = true;

  constructor(name: string, touch: () => void, options: LogOptions = {}) {
    this.name = name;
    this.#touch = touch;
    this.#kind = options.kind ?? 'f64';
    this.#width = options.width ?? 1;
    this.#limit = options.limit ?? DEFAULT_LIMIT;
  }

  /** Entries ever appended; the last one has index `length − 1`. */
  get length(): number {
    return this.#length;
  }
  /** Index of the oldest entry that is still there. */
  get first(): number {
    return this.#first;
  }
  /** How many old entries the limit cost. */
  get lost(): number {
    return this.#first;
  }

  /** Appends one entry: `width` numbers. */
  append(...numbers: number[]): void {
    const at = (this.#length - this.#first) % BLOCK_ENTRIES;
    const block = this.#blockFor(at);
    for (let i = 0; i < this.#width; i++) block.values[at * this.#width + i] = numbers[i] ?? 0;
    block.used = at + 1;
    this.#length++;
    if (this.#length - this.#first >= this.#limit + BLOCK_ENTRIES) {
      this.#blocks = this.#blocks.slice(1);
      this.#first += BLOCK_ENTRIES;
    }
    if (!this.#dirty) {
      this.#dirty = true;
      this.#touch();
    }
  }

  /** Number `part` of entry `index`, or undefined when it was never written or is lost. */
  at(index: number, part = 0): number | undefined {
    if (index < this.#first || index >= this.#length) return undefined;
    const position = index - this.#first;
    const block = this.#blocks[Math.floor(position / BLOCK_ENTRIES)]!;
    return block.values[(position % BLOCK_ENTRIES) * this.#width + part];
  }

  /** All numbers of the entries from `from` up to, not including, `to`; lost ones are left out. */
  slice(from = this.#first, to = this.#length): number[] {
    const numbers: number[] = [];
    for (let index = Math.max(from, this.#first); index < Math.min(to, this.#length); index++) {
      for (let part = 0; part < this.#width; part++) numbers.push(this.at(index, part)!);
    }
    return numbers;
  }

  save(): SavedLog {
    this.#dirty = false;
    return { blocks: this.#blocks, first: this.#first, length: this.#length };
  }

  restore(saved: unknown): void {
    const { blocks, first, length } = saved as SavedLog;
    this.#blocks = blocks;
    this.#first = first;
    this.#length = length;
    this.#dirty = false;
  }

  digest(hasher: Hasher): void {
    hasher.text(this.name);
    hasher.number(this.#first);
    hasher.number(this.#length);
    for (let index = this.#first; index < this.#length; index++) {
      for (let part = 0; part < this.#width; part++) hasher.number(this.at(index, part)!);
    }
  }

  /** The last block, fit to take an entry at `at`: a new one, or a copy if later entries of another past lie there. */
  #blockFor(at: number): Block {
    const last = this.#blocks.at(-1);
    if (at !== 0 && last!.used === at) return last!;
    const size = BLOCK_ENTRIES * this.#width;
    const values = this.#kind === 'u8' ? new Uint8Array(size) : new Float64Array(size);
    const block = { values, used: at };
    if (at !== 0) values.set(last!.values.subarray(0, at * this.#width));
    this.#blocks = at === 0 ? [...this.#blocks, block] : [...this.#blocks.slice(0, -1), block];
    return block;
  }
}
