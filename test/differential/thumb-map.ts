/**
 * Memory of the random-program test: 16 MiB of RAM at 0x21000000, where QEMU's mps2-an386 (a Cortex-M4) has its PSRAM.
 * Everything a program reads or writes lies in it, so that comparing this RAM compares everything.
 */

export const RAM = 0x2100_0000;
export const RAM_SIZE = 0x100_0000;

/** Programs; room before and behind for literals out of their range. */
export const CODE = RAM + 0x2000;
export const CODE_END = RAM + 0x9f_0000;
/** Random words that sequences start from. */
export const POOL = RAM + 0xa0_0000;
export const POOL_SIZE = 0x1_0000;
/** Data that is loaded and stored. */
export const SCRATCH = RAM + 0xa1_0000;
export const SCRATCH_SIZE = 0x1_0000;
/** Words that point to the landing stubs: what instructions load into PC. */
export const POINTERS = RAM + 0xa2_0000;
export const POINTERS_SIZE = 0x2000;
/** Offsets of 0–3 halfwords, for TBB and TBH. */
export const BYTE_TABLE = RAM + 0xa2_4000;
export const HALF_TABLE = RAM + 0xa2_5000;
export const TABLE_SIZE = 0x1000;
/** Stubs of 4 bytes that continue at the address in `CONTINUE`. */
export const STUBS = RAM + 0xa2_7f00;
export const STUB_COUNT = 32;
export const CONTINUE = RAM + 0xa2_8000;
/** Stack of exceptions: left out of the comparison. */
export const STACK = RAM + 0xa3_0000;
export const STACK_TOP = RAM + 0xa3_1000;
/** Where the exception log goes on, and the log. */
export const LOG_NEXT = RAM + 0xa3_2000;
export const LOG = RAM + 0xa4_0000;
export const LOG_ENTRY = 16;
/** Registers and flags at the end of every sequence. */
export const OUTPUT = RAM + 0xb0_0000;
export const OUTPUT_ENTRY = 64;
export const OUTPUT_END = RAM + RAM_SIZE;
