import type { Isa } from '../../isa/instruction.js';
import { rv32gc, rv32imac, rv64gc } from './isa.js';
import { type HartModel, hasBitManipulation } from './riscv-options.js';
import type { Xlen } from './x-registers.js';

/** Whether memory can be seen otherwise than it is: translated, or protected. */
export function needsPaging({ pmpEntries, paging }: HartModel): boolean {
  return pmpEntries > 0 || paging.length > 0;
}

/** The engine's instruction set for the harts of a cluster: the smallest one that has all of theirs. */
export function isaFor(xlen: Xlen, harts: readonly HartModel[]): Isa {
  const isLarge =
    harts.some(({ extensions }) => extensions.has('f') || hasBitManipulation(extensions)) || harts.some(needsPaging);
  if (xlen === 64) return rv64gc;
  return isLarge ? rv32gc : rv32imac;
}
