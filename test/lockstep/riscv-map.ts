/** Where the parts of a random RISC-V program lie on the virt board. */

export const RAM = 0x8000_0000;
export const HANDLER = RAM + 0x400;
/** Code reaches over a border of 64 KiB, behind which decoded instructions are another chunk's. */
export const CODE = RAM + 0xe000;
export const CODE_SIZE = 0x1_0000;

/** What mscratch points to: registers of the handler, then words that it shares with the program. */
export const AREA = RAM + 0x2_0000;
export const OFFSET = { x7: 0, x8: 8, x9: 16, traps: 24, recover: 32, ticks: 40, taskTicks: 48 } as const;

export const STACK_TOP = RAM + 0x2_1000;
export const SCRATCH = RAM + 0x2_2000;
export const SCRATCH_SIZE = 0x2000;

export const MSIP = 0x200_0000;
export const MTIMECMP = 0x200_4000;
export const MTIME = 0x200_bff8;
export const BANANA = 0x400_0000;
export const CALCULATOR = 0x400_1000;
export const UART = 0x1000_0000;
