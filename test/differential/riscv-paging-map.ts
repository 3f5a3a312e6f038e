import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';

/**
 * Where things are in the programs that run translated: physically, and seen through page tables. A slot is what one entry of the
 * root table covers; the low bits of an address in it are those of the physical address, so that a leaf of any size leads there.
 */
export const PAGING_MAP = {
  ram: 0x8000_0000,
  machineHandler: 0x8000_0400,
  /** Words of the frame that are not compared: where to go on, and counts. */
  cells: 0x8000_0f00,
  cellsSize: 0x20,
  /** One page; it and the log have the same address everywhere. */
  supervisorHandler: 0x8020_0000,
  tables: 0x8040_0000,
  data: 0x8080_0000,
  dataPages: 16,
  /** Offset in every page of data of a stub: two instructions, the second goes where `STUB_RETURN` points. */
  stub: 0xf00,
  code: 0x80c0_0000,
  codeSize: 0x20_0000,
  driver: 0x80e0_0000,
  driverEnd: 0x8400_0000,
  log: 0x8400_0000,
  logEnd: 0x8600_0000,
  compared: 0x87e0_0000,
} as const;

/** x1 is where to go on after a failed fetch; x3 the log; x4 to x6 the handlers'; x7 counts loops; x17 says what an ECALL is for. */
export const RESERVED: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 7, 17]);
export const STUB_RETURN = 30;

/** Sv32 or Sv39. */
export interface Scheme {
  readonly xlen: Xlen;
  readonly levels: 2 | 3;
  readonly bits: 9 | 10;
  readonly entryBytes: 4 | 8;
  readonly dataSlots: readonly number[];
  /** For supervisor mode, for user mode, for either. */
  readonly codeSlots: readonly [number, number, number];
  /** Through it supervisor mode changes the tables. */
  readonly tablesSlot: number;
  readonly asidBits: number;
}

export const SCHEMES: Readonly<Record<Xlen, Scheme>> = {
  32: {
    ...{ xlen: 32, levels: 2, bits: 10, entryBytes: 4, asidBits: 9 },
    ...{ dataSlots: [0, 1, 0x100, 0x1ff, 0x300, 0x3ff], codeSlots: [3, 4, 0x2c0], tablesSlot: 6 },
  },
  64: {
    ...{ xlen: 64, levels: 3, bits: 9, entryBytes: 8, asidBits: 16 },
    ...{ dataSlots: [0, 1, 5, 255, 256, 511], codeSlots: [3, 4, 260], tablesSlot: 6 },
  },
};

/** Number of the virtual page in a slot at which a physical address is seen; sign-extended where addresses are. */
export function pageIn({ levels, bits }: Scheme, slot: number, physical: number): number {
  const below = (levels - 1) * bits;
  const page = (slot << below) | ((physical >>> 12) & ((1 << below) - 1));
  const unused = 32 - levels * bits;
  return levels === 3 ? (page << unused) >> unused : page;
}
