import type { Neighbour } from '../../../isa/pipeline.js';
import { type Access, type At, accessOf, behind, isUnalignedWide, leaves } from './neighbour.js';
import { isOnSystemBus } from './system-bus.js';

/**
 * Cycles that an instruction costs more, or less, than alone because of what follows it in memory, where it goes on
 * there. The rules are those of Arm DDI 0439D 3.3.2 and of measurements on an STM32F407 and its kin (docs/timing.md).
 */
export function afterThis(a: Neighbour, at: At): number {
  if (leaves(a)) return 0;
  const b = behind(a, at);
  if (!b) return 0;
  return ofPair(a, b) - (isFolded(a, b) ? 1 : 0) + (restartsFetch(a, b, at) ? 1 : 0);
}

/** IT takes no cycle of its own behind a narrow instruction (DDI 0439D table 3-1). */
const isFolded = (a: Neighbour, b: Neighbour) => b.row.timing === 'it' && a.length === 2 && a.row.timing !== 'it';

/** A folded IT is paid for by itself, the instruction that it is folded on by nobody, where code comes fast enough. */
export function takesNoCycle(a: Neighbour, at: At): boolean {
  const b = leaves(a) || isOnSystemBus(a) ? undefined : behind(a, at);
  return b !== undefined && isFolded(a, b);
}

function ofPair(a: Neighbour, b: Neighbour): number {
  const access = accessOf(a);
  // the base register of an access that writes back counts as well: such accesses do not chain on one base
  const addressed = accessOf(b) !== undefined && (a.writes & b.addresses) !== 0;
  switch (access) {
    case 'load':
      return afterLoad(a, b, addressed);
    case 'store':
      return a.row.timing === 'store' ? afterIndexedStore(b, addressed) : afterStore(accessOf(b), addressed);
    case 'loads':
    case 'stores':
      return 0;
    default:
      // addresses are made in the decode stage, before the result of the instruction in front is there
      return addressed ? 1 : 0;
  }
}

/** A load takes one cycle where the access behind it, or a NOP, goes into its second one. */
function afterLoad(a: Neighbour, b: Neighbour, addressed: boolean): number {
  if (b.row.timing === 'nop') return -1;
  if (addressed) return 1;
  const next = accessOf(b);
  if (next !== 'load' && next !== 'store') return 0;
  // literals come from the memory of the code, other data hardly ever does: only accesses to one memory are pipelined
  const isLiteral = (one: Neighbour) => one.row.timing === 'loadLiteral';
  return isLiteral(a) === isLiteral(b) ? -1 : 0;
}

/** Two registers make the address, a third is stored: nothing is pipelined behind it but a NOP. */
function afterIndexedStore(b: Neighbour, addressed: boolean): number {
  if (b.row.timing === 'nop') return -1;
  return addressed ? 1 : 0;
}

/** The write buffer takes it; a load has to wait for that, stores follow each other. */
function afterStore(next: Access | undefined, addressed: boolean): number {
  return next === 'load' || next === 'loads' || addressed ? 1 : 0;
}

/** Wide instructions in the middle of words that use up what is fetched ahead. */
const FETCHED_AHEAD = 3;

/**
 * While an access is made the three words of the prefetch buffer fill up and fetching rests. It starts again with the
 * first word that is free, which is too late for the third wide instruction in the middle of words.
 */
function restartsFetch(a: Neighbour, b: Neighbour, at: At): boolean {
  if (accessOf(a) === undefined) return false;
  let next: Neighbour | undefined = b;
  for (let i = 0; i < FETCHED_AHEAD; i++) {
    if (!next || !isUnalignedWide(next)) return false;
    next = behind(next, at);
  }
  return true;
}
