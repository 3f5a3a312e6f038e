import type { Cell } from './csr-cell.js';
import { type HartWords, PMP_ADDR, PMP_CFG } from './hart-words.js';
import { PRIVILEGE, type Privilege } from './privilege.js';

/** Rights, as pmpcfg's low bits have them (Priv 3.7.1). */
export const RIGHT = { read: 1, write: 2, execute: 4 } as const;
export const ALL_RIGHTS = 7;
const LOCKED = 0x80;
const MATCH_SHIFT = 3;
const MATCH = { off: 0, tor: 1, na4: 2, napot: 3 } as const;
/** pmpcfg's bits 5 and 6 are zero. */
const CFG_BITS = 0x9f;
/** pmpaddr holds bits 55–2 of an address on RV64: 54 bits. */
const RV64_HIGH = 0x3f_ffff;
const SPACE = 2 ** 32;
const PAGE = 4096;

/** An entry that matches something: [from, to) in bytes. */
interface Rule {
  readonly from: number;
  readonly to: number;
  readonly rights: number;
  readonly locked: boolean;
}

/**
 * Physical memory protection (Priv 3.7): the first entry that matches any byte of an access decides, and must match all of them.
 * The granularity is 4 bytes. W without R is reserved, and written as neither.
 */
export class Pmp {
  readonly entries: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #changed: () => void;
  #rules: readonly Rule[] | undefined;
  #signature: string | undefined;

  /** `changed`: an entry was written. */
  constructor(hart: HartWords, entries: number, changed: () => void) {
    this.entries = entries;
    this.#words = hart.words;
    this.#bytes = new Uint8Array(hart.words.buffer, hart.words.byteOffset + 4 * PMP_CFG, 16);
    this.#changed = changed;
  }

  /** The same for equal protections. */
  get signature(): string {
    this.#signature ??= this.rules.map(({ from, to, rights, locked }) => `${from}-${to}:${rights}${locked}`).join();
    return this.#signature;
  }

  /** Words changed under it: a reset, a restore. */
  refresh(): void {
    this.#rules = this.#signature = undefined;
  }

  /** Whether an access of `size` bytes is let through; `right`: one of RIGHT. */
  permits(address: number, size: number, right: number, privilege: Privilege): boolean {
    for (const rule of this.rules) {
      if (address + size <= rule.from || address >= rule.to) continue;
      if (address < rule.from || address + size > rule.to) return false;
      return (rightsOf(rule, privilege) & right) !== 0;
    }
    return privilege === PRIVILEGE.machine || this.entries === 0;
  }

  /** The rights that hold in all of the 4 KiB page at an address; 0 where they differ within it. */
  pageRights(page: number, privilege: Privilege): number {
    for (const rule of this.rules) {
      if (page + PAGE <= rule.from || page >= rule.to) continue;
      return page < rule.from || page + PAGE > rule.to ? 0 : rightsOf(rule, privilege);
    }
    return privilege === PRIVILEGE.machine || this.entries === 0 ? ALL_RIGHTS : 0;
  }

  /** Whether every page may be used for everything: no access within one is refused, not even where it meets an entry in part. */
  isOpen(privilege: Privilege): boolean {
    for (const rule of this.rules) {
      if (rightsOf(rule, privilege) !== ALL_RIGHTS) return false;
      if (rule.from % PAGE !== 0 || (rule.to % PAGE !== 0 && rule.to < SPACE)) return false;
      if (rule.from === 0 && rule.to >= SPACE) return true;
    }
    return privilege === PRIVILEGE.machine || this.entries === 0;
  }

  /** The cells of pmpcfg and pmpaddr by their numbers; entries that are not there are read-only zero. */
  configCell(first: number, count: 4 | 8): Cell {
    const word = PMP_CFG + (first >> 2);
    const write = (low: number, high: number) => {
      for (let i = 0; i < count; i++) this.#configure(first + i, (i < 4 ? low : high) >>> (8 * (i & 3)));
      this.#update();
    };
    if (count === 4) return { read: () => this.#words[word]!, write };
    return { read: () => this.#words[word]!, high: () => this.#words[word + 1]!, write };
  }
  addressCell(entry: number, wide: boolean): Cell {
    const at = PMP_ADDR + 2 * entry;
    return {
      read: () => this.#words[at]!,
      high: () => this.#words[at + 1]!,
      write: (low, high) => {
        if (this.#isAddressLocked(entry)) return;
        this.#words[at] = low;
        this.#words[at + 1] = wide ? high & RV64_HIGH : 0;
        this.#update();
      },
    };
  }

  get rules(): readonly Rule[] {
    this.#rules ??= this.#computed();
    return this.#rules;
  }

  #configure(entry: number, value: number): void {
    if (entry >= this.entries || (this.#bytes[entry]! & LOCKED) !== 0) return;
    const isReserved = (value & (RIGHT.read | RIGHT.write)) === RIGHT.write;
    this.#bytes[entry] = value & CFG_BITS & (isReserved ? ~RIGHT.write : -1);
  }
  #update(): void {
    this.refresh();
    this.#changed();
  }
  /** A locked entry's address, and that below a locked TOR entry (Priv 3.7.1). */
  #isAddressLocked(entry: number): boolean {
    if ((this.#bytes[entry]! & LOCKED) !== 0) return true;
    const next = entry + 1 < this.entries ? this.#bytes[entry + 1]! : 0;
    return (next & LOCKED) !== 0 && matchOf(next) === MATCH.tor;
  }

  #computed(): Rule[] {
    const rules: Rule[] = [];
    for (let entry = 0; entry < this.entries; entry++) {
      const config = this.#bytes[entry]!;
      if (matchOf(config) === MATCH.off) continue;
      const [from, to] = this.#range(entry, matchOf(config));
      if (from < to) rules.push({ from, to, rights: config & ALL_RIGHTS, locked: (config & LOCKED) !== 0 });
    }
    return rules;
  }
  #range(entry: number, match: number): [number, number] {
    const address = this.#address(entry);
    if (match === MATCH.tor) return [entry === 0 ? 0 : this.#address(entry - 1), address];
    if (match === MATCH.na4) return [address, address + 4];
    const [low, high] = [this.#words[PMP_ADDR + 2 * entry]!, this.#words[PMP_ADDR + 2 * entry + 1]!];
    const ones = trailingOnes(low) < 32 ? trailingOnes(low) : 32 + trailingOnes(high);
    const size = 8 * 2 ** ones;
    const from = Math.floor(address / size) * size;
    return [from, from + size];
  }
  #address(entry: number): number {
    const at = PMP_ADDR + 2 * entry;
    return 4 * ((this.#words[at + 1]! >>> 0) * 2 ** 32 + (this.#words[at]! >>> 0));
  }
}

function rightsOf(rule: Rule, privilege: Privilege): number {
  return privilege === PRIVILEGE.machine && !rule.locked ? ALL_RIGHTS : rule.rights;
}
function matchOf(config: number): number {
  return (config >> MATCH_SHIFT) & 3;
}
function trailingOnes(word: number): number {
  return word === -1 ? 32 : 31 - Math.clz32(~word & -~word);
}
