import type { Timing } from '../../isa/instruction.js';
import { FLOAT_CYCLES } from './float-timing.js';

/** Cycles that a division takes beyond the first one, by the bits of its operands. */
export const DIVISION_STALL = { 32: 32, 64: 64 } as const;

/**
 * The hart is a simple in-order core that no vendor sells: one instruction a cycle, taken branches and jumps included (the
 * fetch is ahead), memory answers within the cycle, atomic operations are done in the memory, the multiplier is a full
 * array. Division makes one bit of the quotient a cycle after one that sets the signs right: 33 for words whatever the operands,
 * 65 for doublewords.
 * Entering a trap and MRET cost what the instruction costs.
 */
const CYCLES: Readonly<Record<string, number>> = {
  alu: 1,
  load: 1,
  store: 1,
  branch: 1,
  jump: 1,
  mul: 1,
  csr: 1,
  system: 1,
  amo: 1,
  div: 1 + DIVISION_STALL[32],
  div64: 1 + DIVISION_STALL[64],
  ...FLOAT_CYCLES,
};

export const timing: Timing = (_, row) => CYCLES[row.timing]!;

export const TAKEN_CYCLES = 0;
