import type { Random } from './riscv-random.js';

const LOCKED = 0x80;
const MATCH = { off: 0, tor: 1, na4: 2, napot: 3 } as const;
const PAGE = 4096;
export const RIGHT = { read: 1, write: 2, execute: 4 } as const;
/** Rights that may be written: W without R is reserved (Priv 3.7.1). */
const RIGHTS = [0, 1, 3, 4, 5, 7];

export interface Entry {
  readonly config: number;
  readonly address: number;
}
export type Right = (typeof RIGHT)[keyof typeof RIGHT];

/**
 * Sixteen entries as the manual has them (Priv 3.7.1), for choosing values that QEMU and the manual agree about. Addresses are
 * bytes. Entry 0 keeps the frame's code executable and is never changed.
 */
export class PmpEntries {
  readonly #entries: Entry[];
  readonly #random: Random;
  readonly #from: number;
  readonly #bytes: number;

  /** Regions lie in and around `bytes` from `from` on. */
  constructor(first: Entry, random: Random, from: number, bytes: number) {
    this.#random = random;
    this.#from = from;
    this.#bytes = bytes;
    this.#entries = Array.from({ length: 16 }, (_, i) => (i === 0 ? first : { config: 0, address: 0 }));
  }

  get all(): readonly Entry[] {
    return this.#entries;
  }

  /** A random pmpaddr, in bytes; NAPOT's size is in its low bits. */
  address(): number {
    const random = this.#random;
    const near = this.#from - PAGE / 2 + 4 * random.below((this.#bytes + PAGE) / 4);
    const kind = random.below(10);
    if (kind < 3) return near;
    if (kind < 5) return near - (near % PAGE);
    const size = 8 << random.below(12);
    return near - (near % size) + (size / 2 - 4);
  }
  /** Whether a write of pmpaddr is ignored. */
  isAddressLocked(entry: number): boolean {
    const next = this.#entries[entry + 1]?.config ?? 0;
    return this.#isLocked(entry) || ((next & LOCKED) !== 0 && matchOf(next) === MATCH.tor);
  }
  writeAddress(entry: number, address: number): void {
    if (this.isAddressLocked(entry)) return;
    this.#entries[entry] = { config: this.#entries[entry]!.config, address };
  }

  /**
   * A value for `count` entries' configurations from `first` on. Those that are locked get another one now and then, which must not
   * matter.
   */
  configs(first: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => {
      const keeps = first + i === 0 || this.#random.chance(60);
      return keeps ? this.#entries[first + i]!.config : this.#config();
    });
  }
  writeConfigs(first: number, configs: readonly number[]): void {
    for (const [i, config] of configs.entries()) {
      if (this.#isLocked(first + i)) continue;
      this.#entries[first + i] = { config, address: this.#entries[first + i]!.address };
    }
  }

  /** Whether an access of machine mode (or of another) is let through: the entry of the lowest number that matches a byte decides. */
  permits(address: number, size: number, right: Right, isMachine: boolean): boolean {
    const found = this.#first(address, size);
    if (found === undefined) return isMachine;
    const { config, range } = this.#entryAt(found);
    if (address < range[0] || address + size > range[1]) return false;
    return (isMachine && (config & LOCKED) === 0) || (config & right) !== 0;
  }
  /** Whether one entry, or none, decides about all bytes from an address to the end of its page. */
  isUniform(address: number): boolean {
    const rest = PAGE - (address % PAGE);
    const found = this.#first(address, rest);
    if (found === undefined) return true;
    const { range } = this.#entryAt(found);
    return address >= range[0] && address + rest <= range[1];
  }

  /** The entries that an access meets, the first of which decides. */
  told(address: number, size: number): string {
    const met = this.#entries.flatMap((_, entry) => {
      const { config, range } = this.#entryAt(entry);
      const [from, to] = range;
      if (from >= to || address >= to || address + size <= from) return [];
      return [`entry ${entry}: ${from.toString(16)} to ${to.toString(16)}, pmpcfg ${config.toString(16)}`];
    });
    return met.length === 0 ? 'no entry' : met.join('; ');
  }

  #config(): number {
    const random = this.#random;
    const match = random.pick([MATCH.off, MATCH.tor, MATCH.na4, MATCH.napot, MATCH.napot]);
    return random.pick(RIGHTS) | (match << 3) | (random.chance(4) ? LOCKED : 0);
  }
  #isLocked(entry: number): boolean {
    return (this.#entries[entry]!.config & LOCKED) !== 0;
  }
  #first(address: number, size: number): number | undefined {
    const at = this.#entries.findIndex((_, entry) => {
      const { range } = this.#entryAt(entry);
      return range[0] < range[1] && address < range[1] && address + size > range[0];
    });
    return at < 0 ? undefined : at;
  }
  #entryAt(entry: number): { config: number; range: readonly [number, number] } {
    const { config, address } = this.#entries[entry]!;
    return { config, range: this.#range(entry, matchOf(config), address) };
  }
  #range(entry: number, match: number, address: number): readonly [number, number] {
    if (match === MATCH.off) return [0, 0];
    if (match === MATCH.tor) return [entry === 0 ? 0 : this.#entries[entry - 1]!.address, address];
    if (match === MATCH.na4) return [address, address + 4];
    let size = 8;
    for (let word = address / 4; word % 2 === 1; word = (word - 1) / 2) size *= 2;
    return [address - (address % size), address - (address % size) + size];
  }
}

const matchOf = (config: number) => (config >> 3) & 3;
