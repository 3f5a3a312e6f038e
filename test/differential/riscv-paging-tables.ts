import { PTE } from '../../src/emu/cpu/riscv/mmu.js';
import { PAGING_MAP, type Scheme } from './riscv-paging-map.js';
import type { Random } from './riscv-random.js';

/** Roots that programs switch between. */
const ROOTS = 3;
const PAGE = 4096;
const { V, R, W, X, U, G, A, D } = PTE;

/** What is seen through a slot. */
type Purpose = 'data' | 'code';

/** A place of an entry that changes, with how one is made. */
export interface Place {
  readonly address: number;
  readonly purpose: Purpose;
  /** 0: its leaves are pages. */
  readonly level: number;
  /** The table that an entry which is no leaf leads to. */
  readonly next: number;
  /** Number of the physical page that a leaf leads to. */
  readonly frame: number;
  /** Code for user mode, for supervisor mode, or either. */
  readonly user: boolean | undefined;
}

/** Makes the page tables of a program, and entries to change them. */
export class PagingTables {
  readonly roots: number[] = [];
  readonly data: Place[] = [];
  readonly code: Place[] = [];
  readonly #scheme: Scheme;
  readonly #random: Random;
  readonly #image: DataView;
  #free: number = PAGING_MAP.tables;

  constructor(scheme: Scheme, random: Random, image: DataView) {
    this.#scheme = scheme;
    this.#random = random;
    this.#image = image;
    const kernel = this.#kernel();
    for (let i = 0; i < ROOTS; i++) this.roots.push(this.#root(kernel));
    for (const place of [...this.data, ...this.code]) this.#put(place.address, this.entry(place));
  }

  /** A random entry for a place; `small`: without the bits above the page number. */
  entry(place: Place, small = false): bigint {
    const random = this.#random;
    if (place.level > 0 && random.chance(place.purpose === 'code' ? 75 : 60)) {
      const spoilt = random.chance(place.purpose === 'code' ? 1 : 5) ? random.pick([A, D, U]) : 0;
      return entryOf(place.next / PAGE, V | spoilt | (random.chance(20) ? G : 0)) | this.#reserved(small);
    }
    const misaligned = place.level > 0 && random.chance(place.purpose === 'code' ? 1 : 8);
    const frame = place.frame + (misaligned ? 1 + random.below((1 << (place.level * this.#scheme.bits)) - 1) : 0);
    const flags = place.purpose === 'code' ? this.#codeFlags(place) : this.#dataFlags(place);
    return (
      entryOf(place.level === 0 && place.purpose === 'data' ? this.#somePage() : frame, flags) | this.#reserved(small)
    );
  }

  #somePage(): number {
    return PAGING_MAP.data / PAGE + this.#random.below(PAGING_MAP.dataPages);
  }
  /** Of Sv39 bits 63 to 54: N, PBMT and reserved ones. */
  #reserved(small: boolean): bigint {
    if (small || this.#scheme.xlen === 32 || !this.#random.chance(2)) return 0n;
    return 1n << BigInt(54 + this.#random.below(10));
  }

  #some(flags: readonly (readonly [number, number])[]): number {
    return flags.reduce((bits, [flag, percent]) => bits | (this.#random.chance(percent) ? flag : 0), 0);
  }
  #dataFlags({ level }: Place): number {
    const random = this.#random;
    if (random.chance(70)) {
      const writable = random.chance(75) ? R | W : R;
      return (
        V |
        writable |
        this.#some([
          [X, 45],
          [U, 50],
          [G, 20],
          [A, 60],
          [D, 50],
          [256, 10],
          [512, 10],
        ])
      );
    }
    const flags = random.bits(10) | (random.chance(60) ? V : 0);
    // it would be a pointer to a table
    return level > 0 && (flags & (R | W | X)) === 0 ? flags | X : flags;
  }
  #codeFlags({ user }: Place): number {
    const random = this.#random;
    if (random.chance(4)) return random.pick([0, R, X | A, V | R | A | D, V | W, V | R | W]);
    const isUser = random.chance(2) ? random.chance(50) : (user ?? random.chance(50));
    return (
      V |
      X |
      (isUser ? U : 0) |
      this.#some([
        [R, 60],
        [A, 60],
        [D, 40],
        [G, 10],
      ])
    );
  }

  #table(): number {
    const table = this.#free;
    this.#free += PAGE;
    return table;
  }
  #put(address: number, entry: bigint): void {
    const at = address - PAGING_MAP.ram;
    if (this.#scheme.entryBytes === 4) this.#image.setUint32(at, Number(entry), true);
    else this.#image.setBigUint64(at, entry, true);
  }
  #at(table: number, index: number): number {
    return table + index * this.#scheme.entryBytes;
  }
  #indexOf(address: number, level: number): number {
    return (address >>> (12 + level * this.#scheme.bits)) & ((1 << this.#scheme.bits) - 1);
  }

  /** The handler's page, the log, and on RV64 the tables: entries of a root by their place in it, the same in all roots. */
  #kernel(): ReadonlyMap<number, bigint> {
    const { levels, tablesSlot } = this.#scheme;
    const { supervisorHandler, log, logEnd, tables } = PAGING_MAP;
    const leaf = (address: number, flags: number) => entryOf(address / PAGE, V | A | D | flags);
    const root = new Map<number, bigint>();
    const pages = this.#table();
    this.#put(this.#at(pages, this.#indexOf(supervisorHandler, 0)), leaf(supervisorHandler, R | X));
    const large = PAGE << this.#scheme.bits;
    if (levels === 2) {
      root.set(this.#indexOf(supervisorHandler, 1), entryOf(pages / PAGE, V));
      for (let at: number = log; at < logEnd; at += large) root.set(this.#indexOf(at, 1), leaf(at, R | W));
      return root.set(tablesSlot, leaf(tables, R | W));
    }
    const [middle, own] = [this.#table(), this.#table()];
    this.#put(this.#at(middle, this.#indexOf(supervisorHandler, 1)), entryOf(pages / PAGE, V));
    for (let at: number = log; at < logEnd; at += large)
      this.#put(this.#at(middle, this.#indexOf(at, 1)), leaf(at, R | W));
    this.#put(this.#at(own, this.#indexOf(tables, 1)), leaf(tables, R | W));
    return root.set(2, entryOf(middle / PAGE, V)).set(tablesSlot, entryOf(own / PAGE, V));
  }

  #root(kernel: ReadonlyMap<number, bigint>): number {
    const root = this.#table();
    for (const [index, entry] of kernel) this.#put(this.#at(root, index), entry);
    const { dataSlots, codeSlots } = this.#scheme;
    for (const slot of dataSlots) this.#window(root, slot, 'data', undefined);
    for (const [i, slot] of codeSlots.entries()) this.#window(root, slot, 'code', [false, true, undefined][i]);
    return root;
  }
  #window(root: number, slot: number, purpose: Purpose, user: boolean | undefined): void {
    const { levels, bits } = this.#scheme;
    const list = this[purpose];
    const physical = PAGING_MAP[purpose];
    const pages = this.#table();
    // all of RAM's gigabyte, or the part of it alone
    const gigabyte = (physical & -(2 ** 30)) >>> 0;
    const middle = levels === 3 ? this.#table() : pages;
    const top = levels === 3 ? gigabyte : physical;
    list.push({ address: this.#at(root, slot), purpose, level: levels - 1, next: middle, frame: top / PAGE, user });
    if (levels === 3) {
      const address = this.#at(middle, this.#indexOf(physical, 1));
      list.push({ address, purpose, level: 1, next: pages, frame: physical / PAGE, user });
    }
    const count = purpose === 'data' ? PAGING_MAP.dataPages : Math.min(PAGING_MAP.codeSize / PAGE, 1 << bits);
    for (let i = 0; i < count; i++) {
      list.push({ address: this.#at(pages, i), purpose, level: 0, next: 0, frame: physical / PAGE + i, user });
    }
  }
}

function entryOf(frame: number, flags: number): bigint {
  return (BigInt(frame) << 10n) | BigInt(flags);
}
