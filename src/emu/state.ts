import { InternalError, UsageError } from './errors.js';
import type { Hasher } from './hash.js';
import { Log, type LogOptions } from './log.js';

/**
 * Where the machine's state lies: typed arrays that are all views of one ArrayBuffer, so that it is saved, restored,
 * hashed and compared as one block, and names lead back from an offset to what lies there.
 */

/** State that is no plain word: it hands out immutable descriptions of itself and can go back to one. */
export interface Kept {
  readonly name: string;
  /** Cheap and never changed afterwards; called only after `touch`. */
  save(): unknown;
  restore(saved: unknown): void;
  digest(hasher: Hasher): void;
}

export interface ArenaEntry {
  readonly name: string;
  readonly offset: number;
  readonly byteLength: number;
  readonly wordSize: 1 | 4 | 8;
  /** Names of its words, where they have any. */
  readonly labels?: (index: number) => string;
}

/** Bytes for machines that say nothing else. */
const DEFAULT_CAPACITY = 1 << 20;

export class Arena {
  readonly #buffer: ArrayBuffer;
  /** Where its bytes begin in the buffer, and how many there are. */
  readonly #base: number;
  readonly #capacity: number;
  readonly #entries: ArenaEntry[] = [];
  readonly #names = new Set<string>();
  readonly #kept: Kept[] = [];
  readonly #freezers: (() => void)[] = [];
  /** Indices into `kept` of what changed since the last call of `settle`. */
  readonly touched = new Set<number>();
  #used = 0;
  #frozen = false;
  #cells = new Int32Array(0);
  #cellsUsed = 0;
  #cellBlocks = 0;
  #numbers = new Float64Array(0);
  #numbersUsed = 0;
  #numberBlocks = 0;

  /** In a buffer of its own, or at a multiple of 8 in one that others can look into. */
  constructor(capacity = DEFAULT_CAPACITY, buffer = new ArrayBuffer(capacity), base = 0) {
    this.#buffer = buffer;
    this.#base = base;
    this.#capacity = capacity;
  }

  i32(name: string, length: number, labels?: ArenaEntry['labels']): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#buffer, this.#base + this.#reserve(name, length, 4, labels), length);
  }
  u8(name: string, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#base + this.#reserve(name, length, 1), length);
  }
  f64(name: string, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#buffer, this.#base + this.#reserve(name, length, 8), length);
  }

  /** One word out of shared blocks, for the many small things (signals, nets). */
  cell(): { readonly words: Int32Array; readonly index: number } {
    if (this.#cellsUsed === this.#cells.length) {
      this.#cells = this.i32(`cells.${this.#cellBlocks++}`, 128);
      this.#cellsUsed = 0;
    }
    return { words: this.#cells, index: this.#cellsUsed++ };
  }

  /** The same for a number that is no integer. */
  numberCell(): { readonly words: Float64Array; readonly index: number } {
    if (this.#numbersUsed === this.#numbers.length) {
      this.#numbers = this.f64(`numbers.${this.#numberBlocks++}`, 64);
      this.#numbersUsed = 0;
    }
    return { words: this.#numbers, index: this.#numbersUsed++ };
  }

  /** A bounded append-only log that belongs to the machine's state. */
  log(name: string, options?: LogOptions): Log {
    let index = -1;
    const log = new Log(name, () => this.touched.add(index), options);
    index = this.keep(log);
    return log;
  }

  /** Adds state that saves itself; call `touched.add(index)` with the result whenever it changes. */
  keep(kept: Kept): number {
    this.#claim(kept.name);
    this.#kept.push(kept);
    this.touched.add(this.#kept.length - 1);
    return this.#kept.length - 1;
  }

  /** Called at `freeze`, for tables that grow until then. */
  onFreeze(fn: () => void): void {
    this.#freezers.push(fn);
  }

  /** Ends allocation: from now on the set of names is fixed. */
  freeze(): void {
    for (const fn of this.#freezers.splice(0)) fn();
    this.#frozen = true;
  }

  get kept(): readonly Kept[] {
    return this.#kept;
  }
  get entries(): readonly ArenaEntry[] {
    return this.#entries;
  }
  /** All words, as one block. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#base, Math.ceil(this.#used / 8) * 8);
  }

  #claim(name: string): void {
    if (this.#frozen) {
      throw new InternalError({
        what: `state '${name}' is declared while the machine runs`,
        remedy: 'declare all state, events and wires in setup()',
      });
    }
    if (this.#names.has(name)) throw new InternalError({ what: `two pieces of state are called '${name}'` });
    this.#names.add(name);
  }

  #reserve(name: string, length: number, wordSize: 1 | 4 | 8, labels?: ArenaEntry['labels']): number {
    this.#claim(name);
    const offset = Math.ceil(this.#used / wordSize) * wordSize;
    const byteLength = length * wordSize;
    if (offset + byteLength > this.#capacity) {
      throw new UsageError({
        what: `no room for state '${name}' of ${byteLength} bytes: the machine has ${this.#capacity} for wires, pins, events and words of all devices and parts`,
        remedy: 'declare words as `state:` of their device, and fewer events, pins and wires',
      });
    }
    this.#used = offset + byteLength;
    this.#entries.push({ name, offset, byteLength, wordSize, labels });
    return offset;
  }
}

/** A device's declared state: `state: { shift: i32(), fifo: u8(16) }`. */
export interface StateSpec<A extends Int32Array | Uint8Array | Float64Array> {
  readonly byteLength: number;
  /** In a supply domain of its own: no reset clears it, the device does. */
  readonly backup?: boolean;
  allocate(arena: Arena, name: string): A;
}

/** State of a backup domain: `state: { calendar: backup(f64(8)) }`. */
export function backup<A extends Int32Array | Uint8Array | Float64Array>(spec: StateSpec<A>): StateSpec<A> {
  return { ...spec, backup: true };
}

export function i32(length = 1): StateSpec<Int32Array> {
  return { byteLength: length * 4, allocate: (arena, name) => arena.i32(name, length) };
}
export function u8(length = 1): StateSpec<Uint8Array> {
  return { byteLength: length, allocate: (arena, name) => arena.u8(name, length) };
}
export function f64(length = 1): StateSpec<Float64Array> {
  return { byteLength: length * 8, allocate: (arena, name) => arena.f64(name, length) };
}
