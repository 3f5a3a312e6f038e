import type { CpuBus } from '../../bus-access.js';
import { BusFault } from '../../bus-fault.js';
import { type HartWords, WORD } from './hart-words.js';
import { type Pmp, RIGHT } from './pmp.js';
import { PRIVILEGE, type Privilege } from './privilege.js';
import type { HartModel } from './riscv-options.js';
import { MSTATUS, type Status } from './status.js';

/** Bits of a page-table entry (Priv 4.3.1). */
export const PTE = { V: 1, R: 2, W: 4, X: 8, U: 16, G: 32, A: 64, D: 128 } as const;
/** In the high word of an Sv39 entry: N, PBMT and what is reserved; none of it is there (Priv 4.4.1). */
const SV39_RESERVED = 0xffc0_0000 | 0;
const PAGE = 4096;
const SPACE = 2 ** 32;

/** What `translate` gives instead of an address. */
export const NO_PAGE = -1;
export const NO_ACCESS = -2;

interface Scheme {
  readonly levels: number;
  readonly bits: number;
  readonly entryBytes: 4 | 8;
}
const SV32: Scheme = { levels: 2, bits: 10, entryBytes: 4 };
const SV39: Scheme = { levels: 3, bits: 9, entryBytes: 8 };
/** satp.MODE (Priv 4.1.11). */
const MODE_SV39 = 8;

export interface MmuParts {
  readonly bus: CpuBus;
  readonly model: HartModel;
  readonly hart: HartWords;
  readonly status: Status;
  readonly pmp: Pmp;
  /** Whether the walker sets A and D, or raises a page fault where they are clear (Priv 4.3.1 lets both). */
  readonly updates: boolean;
}

/**
 * Address translation of one hart (Priv 4.3 to 4.5): walks the tables anew each time. Addresses are a low and a high word.
 * After `translate` the fields say what was found.
 */
export class Mmu {
  /** Addresses of the entries that the last walk read, the root's first. */
  readonly walked: number[] = [];
  /** What the page of the last translation may be used for without another walk, as bits of RIGHT. */
  rights = 0;
  readonly #parts: MmuParts;
  readonly #words: Int32Array;
  readonly #scheme: Scheme;
  /** True while an entry is written by the walker itself. */
  isUpdating = false;
  #low = 0;
  #high = 0;

  constructor(parts: MmuParts) {
    this.#parts = parts;
    this.#words = parts.hart.words;
    this.#scheme = parts.model.xlen === 32 ? SV32 : SV39;
  }

  /** Whether accesses of a privilege go through page tables. */
  translates(privilege: Privilege): boolean {
    if (privilege === PRIVILEGE.machine || this.#parts.model.paging.length === 0) return false;
    const wide = this.#parts.model.xlen === 64;
    return wide ? this.#words[WORD.satp + 1]! >>> 28 !== 0 : this.#words[WORD.satp]! < 0;
  }

  /** satp as text: the same for the same tables and address space. */
  get tables(): string {
    return `${this.#words[WORD.satp]} ${this.#words[WORD.satp + 1]}`;
  }

  /**
   * The physical address of an access with one right, NO_PAGE or NO_ACCESS. `pure`: nothing is changed; an entry whose A or D
   * would have to be set gives NO_PAGE. The protection of the address itself is not looked at.
   */
  translate(low: number, high: number, right: number, privilege: Privilege, pure = false): number {
    this.walked.length = 0;
    const { levels, bits, entryBytes } = this.#scheme;
    // bits 63–39 are all equal to bit 38 (Priv 4.4.1)
    if (entryBytes === 8 && (high << 25) >> 25 !== high) return NO_PAGE;
    let table = this.#root();
    for (let level = levels - 1; level >= 0; level--) {
      const index = indexOf(low, high, level, bits);
      const at = table + index * entryBytes;
      if (!this.#read(at)) return NO_ACCESS;
      this.walked.push(at);
      const entry = this.#low;
      if ((entry & PTE.V) === 0 || (entry & (PTE.R | PTE.W)) === PTE.W) return NO_PAGE;
      if (entryBytes === 8 && (this.#high & SV39_RESERVED) !== 0) return NO_PAGE;
      const number = this.#frame();
      if ((entry & (PTE.R | PTE.X)) !== 0) return this.#leaf(low, at, number, level * bits, right, privilege, pure);
      if ((entry & (PTE.A | PTE.D | PTE.U)) !== 0) return NO_PAGE;
      table = number * PAGE;
    }
    return NO_PAGE;
  }

  #leaf(
    low: number,
    at: number,
    frame: number,
    shift: number,
    right: number,
    privilege: Privilege,
    pure: boolean,
  ): number {
    const entry = this.#low;
    if ((this.#allowed(entry, privilege) & right) === 0) return NO_PAGE;
    const within = 2 ** shift;
    if (frame % within !== 0) return NO_PAGE;
    const wanted = PTE.A | (right === RIGHT.write ? PTE.D : 0);
    if ((entry & wanted) !== wanted) {
      if (pure || !this.#parts.updates) return NO_PAGE;
      if (!this.#update(at, entry | wanted)) return NO_ACCESS;
    }
    this.rights = this.#allowed(entry, privilege) & ((entry | wanted) & PTE.D ? -1 : ~RIGHT.write);
    const page = frame + ((low >>> 12) & (within - 1));
    return page * PAGE + (low & (PAGE - 1));
  }

  /** Rights that an entry's R, W, X and U give (Priv 4.3.1, 3.1.6.3). */
  #allowed(entry: number, privilege: Privilege): number {
    const { status } = this.#parts;
    let rights = ((entry & PTE.R) >> 1) | ((entry & PTE.W) >> 1) | ((entry & PTE.X) >> 1);
    if (status.has(MSTATUS.MXR) && (entry & PTE.X) !== 0) rights |= RIGHT.read;
    const isUser = (entry & PTE.U) !== 0;
    if (privilege === PRIVILEGE.user) return isUser ? rights : 0;
    if (!isUser) return rights;
    return status.has(MSTATUS.SUM) ? rights & ~RIGHT.execute : 0;
  }

  #root(): number {
    const [low, high] = [this.#words[WORD.satp]!, this.#words[WORD.satp + 1]!];
    const frame = this.#scheme.entryBytes === 4 ? low & 0x3f_ffff : (high & 0xfff) * SPACE + (low >>> 0);
    return frame * PAGE;
  }
  /** The page number that the entry read last holds. */
  #frame(): number {
    const low = this.#low >>> 10;
    return this.#scheme.entryBytes === 4 ? low : (this.#high & 0x3f_ffff) * 2 ** 22 + low;
  }

  /** Reads an entry as supervisor mode would; false where that is refused, or where no memory is. */
  #read(at: number): boolean {
    const { bus, pmp } = this.#parts;
    const { entryBytes } = this.#scheme;
    if (at >= SPACE || !pmp.permits(at, entryBytes, RIGHT.read, PRIVILEGE.supervisor)) return false;
    const first = bus.codeAt(at);
    if (first === undefined) return false;
    this.#low = first | (bus.codeAt(at + 2)! << 16);
    if (entryBytes === 8) this.#high = bus.codeAt(at + 4)! | (bus.codeAt(at + 6)! << 16);
    return true;
  }

  #update(at: number, entry: number): boolean {
    const { bus, pmp } = this.#parts;
    if (!pmp.permits(at, this.#scheme.entryBytes, RIGHT.write, PRIVILEGE.supervisor)) return false;
    this.isUpdating = true;
    try {
      bus.write(at, 4, entry);
      return true;
    } catch (error) {
      if (error instanceof BusFault) return false;
      throw error;
    } finally {
      this.isUpdating = false;
    }
  }
}

/** satp's modes by paging, for what can be written there. */
export const PAGING_MODE = { sv32: 1, sv39: MODE_SV39 } as const;

function indexOf(low: number, high: number, level: number, bits: number): number {
  const shift = 12 + level * bits;
  const mask = (1 << bits) - 1;
  if (shift + bits <= 32) return (low >>> shift) & mask;
  return ((low >>> shift) | (high << (32 - shift))) & mask;
}
