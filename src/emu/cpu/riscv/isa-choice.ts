import type { Isa } from '../../isa/instruction.js';
import { rv32gc, rv32imac, rv64gc } from './isa.js';
import { type HartModel, hasBitManipulation } from './riscv-options.js';
import type { Xlen } from './x-registers.js';

/** Whether memory may be seen otherwise than it is: by privilege, tables or protection. */
export function needsPaging(harts: readonly HartModel[]): boolean {
  return harts.some(({ hasUser, pmpEntries }) => hasUser || pmpEntries > 0);
}

/** The engine's instruction set for the harts of a cluster: the smallest one that has all of theirs. */
export function isaFor(xlen: Xlen, harts: readonly HartModel[]): Isa {
  if (xlen === 64) return rv64gc;
  const isLarge = harts.some(({ extensions }) => extensions.has('f') || hasBitManipulation(extensions));
  return isLarge || needsPaging(harts) ? rv32gc : rv32imac;
}
