import { NEIGHBOURS, type PipelineCycles, TAKEN } from '../../../isa/pipeline.js';
import { TAKEN_CYCLES } from './timing.js';

/** Of an instruction with nothing known around it. */
export const ALONE: PipelineCycles = { [NEIGHBOURS]: 1, [TAKEN]: TAKEN_CYCLES };
