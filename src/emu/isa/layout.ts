import type { Isa } from './instruction.js';
import type { Type } from './ir.js';

/**
 * Where things lie in a machine's WebAssembly memory. Guest memories, the CPU state, the soft page tables and the
 * decoded instructions share one memory, so that generated code reaches all of them with constant offsets.
 * Untouched pages cost nothing: hosts commit them on first use.
 */

export const WASM_PAGE = 0x1_0000;

/** Guest pages of the read and write tables: 4 KiB. */
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;

/** Decoded instructions come in chunks of 64 KiB of guest addresses. */
export const CHUNK_SHIFT = 16;
export const CHUNK_SIZE = 1 << CHUNK_SHIFT;
/** A decoded instruction is a record of 16 bytes; there is one for every halfword. */
export const RECORD_SIZE = 16;
/**
 * From a chunk's records to its list of region entries: a spare Wasm page of zeros ("undecoded") follows the records.
 * An entry is 4 bytes a halfword: u16 number of the compiled region that begins there, u16 the record's own handler.
 */
export const ENTRIES_OFFSET = (CHUNK_SIZE / 2) * RECORD_SIZE + WASM_PAGE;
/** Bytes from one chunk's records to the next. */
export const CHUNK_STRIDE = ENTRIES_OFFSET + (CHUNK_SIZE / 2) * 4;
/** Chunks that can hold decoded code at a time; number 0 stays empty and stands for "nothing decoded". */
export const CHUNK_COUNT = 24;

/** Words of the engines that are no state of the machine: below address 0x100. */
const ENGINE_BASE = 0x40;
/** Counters, kept only on request: i64 instructions of the cold and of the hot engine, exits by cause. */
export const COUNTERS = { cold: 0x80, hot: 0x88, exits: 0x90 } as const;
/** CPU state: below address 0x1000. */
export const STATE_BASE = 0x100;
/**
 * Code in a memory that is slower than the core, and the cache in front of it: what is saved with the core's state.
 * Counts are of the lines that were come to; a line's `used` says when that was last.
 */
export const LINES = {
  /** i32: the line that instructions come from: address >> LINE_SHIFT. */
  current: 0x600,
  /** i32: cycles of a line that has to be read, and of one that follows the present one (it is read ahead); 0 and 0: as fast as the core. */
  read: 0x604,
  readAhead: 0x608,
  /** i32: bit 0, lines of code are kept; bit 1, lines of data are. */
  keeps: 0x60c,
  /** i64. */
  count: 0x610,
  /** i32: the line that data was read from last. */
  currentData: 0x618,
  /** Of code, then of data: i32 line + 1 in every place of the cache, 0 where it is empty; i64 when it was used last. */
  code: { places: 64, line: 0x620, used: 0x720 },
  data: { places: 8, line: 0x920, used: 0x940 },
  end: 0x980,
} as const;
/** 128 bits. */
export const LINE_SHIFT = 4;
/** One byte per line of the slow memory: 1 + its place in the cache, 0 where it has none. For code, and for data. */
export const CODE_PLACES = 0x6_0000;
export const DATA_PLACES = 0x7_0000;
/** The slow memory: STM32F4 flash, of 1 MiB at most. */
export const SLOW_MEMORY = { base: 0x0800_0000, bits: 20 } as const;
/** No line takes longer. */
export const MOST_LINE_CYCLES = 7;

/** One word per chunk of the address space: what to add to pc × 8 to find the record. */
export const CHUNK_MAP = 0x1_0000;
/** One word per guest page: host address − guest address for plain loads, 0 = slow path. */
export const READ_TABLE = 0x10_0000;
/** The same for stores: filled only while the page is dirty, holds no decoded code and nobody watches it. */
export const WRITE_TABLE = 0x50_0000;
/** Where addresses have 64 bits: the high word of the addresses that both entries of a page are for. */
export const HIGH_TABLE = 0x90_0000;
/**
 * These three tables are for physical addresses. Cores with paging have banks of further ones, for what the core sees otherwise:
 * each as far from `READ_TABLE` as `ENGINE.bank` says.
 */
export const BANK_SIZE = 0xc0_0000;
/** One byte per guest page: bits of `PAGE`. */
export const CODE_TABLE = 0xd0_0000;
/**
 * `code`: plain RAM, already dirty, but with decoded code inside. `closed`: whether it may be read changes with the state of the
 * core, so that it is no part of a window. `strict`: unaligned accesses are the machine's.
 */
export const PAGE = { code: 1, closed: 2, strict: 4 } as const;
/**
 * What the engine must ask for in a page, as bits: reads, writes, unaligned accesses. `window`: it may read now, and not at other
 * times.
 */
export const GUARD = { read: 1, write: 2, unaligned: 4, window: 8 } as const;
/** The guard of the page at an address. */
export type PageGuard = (address: number) => number;
/**
 * One word per guest page: 0, or the address of a list of one word for each word of the page: 0, or the address of a
 * `PORT`. Only registers whose read is nothing but their stored word have one; every other access is the machine's.
 */
export const PORT_TABLE = 0xe0_0000;
/** A register that can be read directly: addresses of its value, of its count of reads, and of a word that is 0 while it answers. */
export const PORT = { value: 0, reads: 4, blocked: 8, size: 16 } as const;
export const CHUNKS_BASE = 0x120_0000;
/** First byte for guest memories. */
export const GUEST_BASE = Math.ceil((CHUNKS_BASE + CHUNK_COUNT * CHUNK_STRIDE) / WASM_PAGE) * WASM_PAGE;

/** What a machine with paging has beside, behind its guest memories: banks, and room for more chunks. */
export const PAGING = { banks: 7, chunks: 104 } as const;
export const PAGING_ROOM = PAGING.banks * BANK_SIZE + PAGING.chunks * CHUNK_STRIDE;

/** Words the engine and the machine share, as byte offsets in the Wasm memory. */
export const ENGINE = {
  /** i32: ticks left in this slice; the engine stops once it is ≤ 0. */
  budget: STATE_BASE,
  /** i32: address of the present instruction (exact at every exit and call into the machine). */
  pc: STATE_BASE + 4,
  /** i32: 0, or 1 + index of the trap that an out-of-line instruction asked for. */
  exit: STATE_BASE + 8,
  /** i32: the trap's argument. */
  exitArgument: STATE_BASE + 12,
  /** i32: target of the last taken branch before a run ended because its budget was used up. */
  lastTarget: ENGINE_BASE + 0,
  /** i32: 1 once a region was left because the budget did not suffice for it: what follows is the end of the slice. */
  tail: ENGINE_BASE + 4,
  /** i32: not 0 while unaligned plain accesses must go through the machine (they trap there). */
  strictAlignment: STATE_BASE + 16,
  /** i32: bytes of the host's stack that compiled regions hold which have called a subroutine that has not come back. */
  hostStack: ENGINE_BASE + 8,
  /** i32: not 0 once code that some region holds has changed, until all regions are left. */
  stale: ENGINE_BASE + 12,
  /** i32: lines of the slow memory that were read. */
  misses: ENGINE_BASE + 20,
  /** i32: 1 where unaligned accesses cost cycles: one for a second access, two for a third. */
  piecesCost: ENGINE_BASE + 24,
  /** i32, two of them: cycles that a read in 64 KiB from 0x4000_0000 up, and in those behind, takes longer (bridges.ts). */
  bridgeWaits: ENGINE_BASE + 28,
  /** i32: not 0 once a note has been made often. */
  noted: ENGINE_BASE + 16,
  /** i32: what to add to the addresses of the page tables, 0 while the core sees memory as it is. */
  bank: ENGINE_BASE + 36,
} as const;
/** First byte of registers and scalars; the words before it are the engines' own, but for pc. */
export const SCALARS = STATE_BASE + 24;
/** Where addresses have 64 bits, before the registers: an i64, what stands above the low word of pc. */
export const PC_HIGH = SCALARS;

/**
 * Notes about control flow that compiled code does not have: a hash table of (site, target, count), 3 words and one to
 * spare each. The site is the address of a computed branch, or one of NOTE.
 */
export const NOTES = {
  base: 0x2000,
  entries: 512,
  stride: 16,
  /** Every so often it is reported. */ often: 64,
} as const;
/** Sites of notes that are no address: code that is reached but not compiled, and an instruction whose access made its region leave. */
export const NOTE = { reached: 0, access: 1 } as const;

/** Byte offsets of an ISA's registers and scalars in the Wasm memory. */
export interface StateLayout {
  readonly registers: number;
  readonly registerSize: 4 | 8;
  readonly registerCount: number;
  readonly scalars: Readonly<Record<string, { readonly offset: number; readonly type: Type }>>;
  /** First byte after the state. */
  readonly end: number;
}

export const sizeOf = (type: Type): 4 | 8 => (type === 'i64' || type === 'f64' ? 8 : 4);

export function layoutState(isa: Isa): StateLayout {
  const registerSize = sizeOf(isa.state.registers.type);
  const registers = registerSize === 8 ? PC_HIGH + 8 : SCALARS;
  let offset = registers + isa.state.registers.count * registerSize;
  const scalars: Record<string, { offset: number; type: Type }> = {};
  for (const [name, type] of Object.entries(isa.state.scalars)) {
    const size = sizeOf(type);
    offset = Math.ceil(offset / size) * size;
    scalars[name] = { offset, type };
    offset += size;
  }
  return { registers, registerSize, registerCount: isa.state.registers.count, scalars, end: offset };
}
