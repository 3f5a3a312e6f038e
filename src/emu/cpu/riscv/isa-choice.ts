import { UsageError } from '../../errors.js';
import type { Isa } from '../../isa/instruction.js';
import { rv32imac } from './isa.js';
import { type HartModel, hasBitManipulation } from './riscv-options.js';
import type { Xlen } from './x-registers.js';

/** The engine's instruction set for the harts of a cluster: the smallest one that has all of theirs. */
export function isaFor(xlen: Xlen, harts: readonly HartModel[]): Isa {
  const isLarge = harts.some(({ extensions }) => extensions.has('f') || hasBitManipulation(extensions));
  if (xlen === 32 && !isLarge) return rv32imac;
  throw new UsageError({
    what: `there is no instruction set for RV${xlen} with these extensions yet`,
    where: 'riscv()',
  });
}
