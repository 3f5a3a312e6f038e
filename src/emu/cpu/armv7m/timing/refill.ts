import type { Neighbour } from '../../../isa/pipeline.js';
import { type At, isUnalignedWide } from './neighbour.js';
import { isOnSystemBus, WORD } from './system-bus.js';

/**
 * P of Arm DDI 0439D table 3-1, the cycles until the instruction at a branch's target executes, by how early the target
 * is known: in the decode stage where it is part of the instruction, at execution where a register holds it, and where it
 * is loaded only when the data has come (3.3.2: three cycles; a table branch adds one for the sum).
 */
const REFILL: Readonly<Record<string, number>> = {
  branch: 1,
  compareBranch: 1,
  branchLink: 1,
  branchRegister: 2,
  loadPc: 3,
  loadMultiple: 3,
  loadMultiplePc: 3,
  tableBranch: 4,
};
/** Other instructions that write the PC: known at execution. */
const AT_EXECUTION = 2;

const LINK = 1 << 14;

/**
 * Cycles of a taken branch beside its own. A target that needs two words of code waits for the second one. Where a
 * subroutine will come back to is known at its call, which pays for that. Code is taken to go on in the memory that it
 * comes from: between flash and SRAM, a call and its return pay together what the part does.
 */
export function takenCycles(instruction: Neighbour, at: At): number {
  const refill = REFILL[instruction.row.timing] ?? AT_EXECUTION;
  const calls = (instruction.writes & LINK) !== 0;
  const behind = calls ? at((instruction.pc + instruction.length) >>> 0) : undefined;
  const target = instruction.target === undefined ? undefined : at(instruction.target);
  const word = isOnSystemBus(instruction) ? WORD : 1;
  const second = [target, behind].filter((one) => one && isUnalignedWide(one)).length;
  return refill + word - 1 + word * second;
}
