import { NEIGHBOURS, type Pipeline, type PipelineCycles, TAKEN } from '../../../isa/pipeline.js';
import { afterThis, takesNoCycle } from './pairs.js';
import { takenCycles } from './refill.js';
import { TAKEN_CYCLES } from './timing.js';

/** Of an instruction with nothing known around it. */
const ALONE: PipelineCycles = { [NEIGHBOURS]: 1, [TAKEN]: TAKEN_CYCLES };

/** The Cortex-M4's three stages, as far as instructions that stand side by side make each other cost more or less. */
export const pipeline: Pipeline = {
  // three wide instructions
  reach: 12,
  alone: ALONE,
  isFree: takesNoCycle,
  cycles: (instruction, at) => ({
    [NEIGHBOURS]: 1 + afterThis(instruction, at),
    [TAKEN]: takenCycles(instruction, at),
  }),
};
