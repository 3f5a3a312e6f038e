import type { Timing } from '../../isa/instruction.js';

/**
 * The hart is a simple in-order core that no vendor sells: one instruction a cycle, taken branches and jumps included (the
 * fetch is ahead), memory answers within the cycle, the multiplier is a full array. An AMO reads and then writes memory: two
 * cycles. Division makes one bit of the quotient a cycle, one cycle more to set the signs right: 33 whatever the operands.
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
  amo: 2,
  div: 33,
};

export const timing: Timing = (_, row) => CYCLES[row.timing]!;

export const TAKEN_CYCLES = 0;
