import type { StateAllocator } from './allocator.js';

/** Bits of CFSR: MMFSR in bits 7:0 (B3.2.15). */
export const MMFSR = {
  IACCVIOL: 1 << 0,
  DACCVIOL: 1 << 1,
  MUNSTKERR: 1 << 3,
  MSTKERR: 1 << 4,
  MLSPERR: 1 << 5,
  MMARVALID: 1 << 7,
} as const;
/** BFSR in bits 15:8. */
export const BFSR = {
  IBUSERR: 1 << 8,
  PRECISERR: 1 << 9,
  IMPRECISERR: 1 << 10,
  UNSTKERR: 1 << 11,
  STKERR: 1 << 12,
  LSPERR: 1 << 13,
  BFARVALID: 1 << 15,
} as const;
/** UFSR in bits 31:16. */
export const UFSR = {
  UNDEFINSTR: 1 << 16,
  INVSTATE: 1 << 17,
  INVPC: 1 << 18,
  NOCP: 1 << 19,
  UNALIGNED: 1 << 24,
  DIVBYZERO: 1 << 25,
} as const;
/** HFSR (B3.2.16). */
export const HFSR = { VECTTBL: 1 << 1, FORCED: 1 << 30, DEBUGEVT: 1 << 31 } as const;
/** DFSR (C1.6.1). */
export const DFSR = { HALTED: 1 << 0, BKPT: 1 << 1, DWTTRAP: 1 << 2, VCATCH: 1 << 3, EXTERNAL: 1 << 4 } as const;

/** The fault status and address registers: sticky until software writes ones to their bits (B3.2.15–B3.2.19). */
export class FaultStatus {
  readonly #words: Int32Array;
  /** Shows the words in the SCB's registers. */
  mirror: (status: FaultStatus) => void = () => {};

  constructor(allocator: StateAllocator) {
    this.#words = allocator.i32('fault-status', 5);
  }
  /** CFSR, HFSR and DFSR are cleared; MMFAR and BFAR are UNKNOWN after reset and become 0 here. */
  reset(): void {
    this.#words.fill(0);
  }
  get cfsr(): number {
    return this.#words[0]!;
  }
  set cfsr(value: number) {
    this.#words[0] = value;
    this.mirror(this);
  }
  get hfsr(): number {
    return this.#words[1]!;
  }
  set hfsr(value: number) {
    this.#words[1] = value;
    this.mirror(this);
  }
  get dfsr(): number {
    return this.#words[2]!;
  }
  set dfsr(value: number) {
    this.#words[2] = value;
    this.mirror(this);
  }
  get mmfar(): number {
    return this.#words[3]!;
  }
  set mmfar(value: number) {
    this.#words[3] = value;
    this.mirror(this);
  }
  get bfar(): number {
    return this.#words[4]!;
  }
  set bfar(value: number) {
    this.#words[4] = value;
    this.mirror(this);
  }
}
