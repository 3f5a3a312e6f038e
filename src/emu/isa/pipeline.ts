import type { Decoded } from './decoder.js';
import type { Program } from './ir.js';

/**
 * What an instruction costs beside its own row: its neighbours in memory decide, when it is decoded. Bodies see it as
 * two more operands, so that every engine charges the same and none keeps a pipeline.
 */
export const NEIGHBOURS = '#';
export const TAKEN = '>';
/** Bits of these operands. */
export const CYCLES_WIDTH = 4;

/** `#`: 1 + cycles more than alone (less, if negative), because of what follows; `>`: cycles more of its taken branch. */
export interface PipelineCycles {
  readonly [NEIGHBOURS]: number;
  readonly [TAKEN]: number;
}

/** An instruction in memory, as a pipeline looks at it. */
export interface Neighbour extends Decoded {
  readonly pc: number;
  /** Its body with symbolic operands, outside IT blocks. */
  readonly program: Program;
  /** Registers it writes, and registers that its addresses are made of, as bits. */
  readonly writes: number;
  readonly addresses: number;
  /** Address it branches to, if that is known. */
  readonly target: number | undefined;
}

/** How a core's pipeline makes an instruction's cost depend on its neighbours. */
export interface Pipeline {
  /** Bytes behind an instruction that it looks at. */
  readonly reach: number;
  /** Of an instruction with nothing known around it. */
  readonly alone: PipelineCycles;
  /** Whether an instruction takes no cycle because the one behind it does. */
  isFree(instruction: Neighbour, at: (pc: number) => Neighbour | undefined): boolean;
  /** `at` gives the instruction at an address, undefined where none can be decoded. */
  cycles(instruction: Neighbour, at: (pc: number) => Neighbour | undefined): PipelineCycles;
}
