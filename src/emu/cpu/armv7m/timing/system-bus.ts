import type { Neighbour } from '../../../isa/pipeline.js';

/**
 * Code that the core fetches over the System bus, which its data go by, too: from SRAM at 0x2000_0000 and external memory
 * (Arm DDI 0439D 2.3.1). Below that the ICode bus fetches, from SRAM that MEM_MODE shows at 0 as well.
 */
export const isOnSystemBus = ({ pc }: Neighbour): boolean => pc >>> 0 >= 0x2000_0000;

/** Fetches over the System bus are registered: a word comes in two cycles, and no fetch right behind another. */
export const WORD = 2;
const WORD_BYTES = 4;

/** Cycles that the bus is busy for an instruction which makes some accesses: it does one thing at a time. */
export const busCycles = ({ length }: Neighbour, accesses: number): number => (WORD * length) / WORD_BYTES + accesses;
