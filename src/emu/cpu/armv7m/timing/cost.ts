import type { Neighbour } from '../../../isa/pipeline.js';
import { type Access, type At, accessOf, behind, cyclesAlone, leaves } from './neighbour.js';
import { afterThis } from './pairs.js';
import { busCycles, isOnSystemBus } from './system-bus.js';

/** Cycles that an instruction costs more than alone (less, if negative) because of where it stands in memory. */
export function cyclesMore(instruction: Neighbour, at: At): number {
  const more = afterThis(instruction, at) - hiddenBehind(instruction, at);
  return more + (isOnSystemBus(instruction) ? waitsForBus(instruction, more) : 0);
}

const DIVIDES: ReadonlySet<string> = new Set(['floatDivide', 'floatSqrt']);

/** What waits for the floating-point unit, or leaves the order of instructions to nobody: it is executed when all before is done. */
const IN_ORDER: ReadonlySet<string> = new Set(['it', 'system', 'barrier', 'hint', 'coprocessor']);
const isInOrder = (one: Neighbour) => leaves(one) || one.row.timing.startsWith('float') || IN_ORDER.has(one.row.timing);

/**
 * Integer instructions behind VDIV or VSQRT complete meanwhile, which take one cycle at least; every other instruction of
 * the floating-point unit waits for it (Arm DDI 0439D 7.2.3).
 */
function hiddenBehind(divide: Neighbour, at: At): number {
  if (!DIVIDES.has(divide.row.timing)) return 0;
  const most = cyclesAlone(divide)! - 1;
  let hidden = 0;
  // each takes a cycle, so that these are no more than 13; a folded IT ends the row that it would be free in
  for (let next = behind(divide, at); next && hidden < most; next = behind(next, at)) {
    const cycles = isInOrder(next) ? undefined : cyclesAlone(next);
    if (cycles === undefined) break;
    hidden += cycles + cyclesMore(next, at);
  }
  return Math.min(hidden, most);
}

const ONE: ReadonlySet<Access | undefined> = new Set<Access | undefined>(['load', 'store']);

/** Code and data share the System bus: an instruction takes as long as that needs for both, if it would be faster itself. */
function waitsForBus(instruction: Neighbour, more: number): number {
  const alone = cyclesAlone(instruction);
  if (alone === undefined) return 0;
  const access = accessOf(instruction);
  const accesses = access === undefined ? 0 : ONE.has(access) ? 1 : alone - 1;
  return Math.max(0, busCycles(instruction, accesses) - (alone + more));
}
