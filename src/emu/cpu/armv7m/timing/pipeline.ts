import { NEIGHBOURS, type Pipeline, TAKEN } from '../../../isa/pipeline.js';
import { ALONE } from './alone.js';
import { cyclesMore } from './cost.js';
import { takesNoCycle } from './pairs.js';
import { takenCycles } from './refill.js';

/** The Cortex-M4's three stages, as far as instructions that stand side by side make each other cost more or less. */
export const pipeline: Pipeline = {
  // three wide instructions; what a division hides lies further off, but there are few of them
  reach: 12,
  alone: ALONE,
  isFree: takesNoCycle,
  cycles: (instruction, at) => ({
    [NEIGHBOURS]: 1 + cyclesMore(instruction, at),
    [TAKEN]: takenCycles(instruction, at),
  }),
};
