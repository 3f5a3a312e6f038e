import { chargedAlone } from '../../../isa/charge.js';
import type { Neighbour } from '../../../isa/pipeline.js';
import { ALONE } from './alone.js';

/** The instruction at an address, undefined where none can be decoded. */
export type At = (pc: number) => Neighbour | undefined;

/** The instruction that follows in memory. */
export const behind = ({ pc, length }: Neighbour, at: At): Neighbour | undefined => at((pc + length) >>> 0);

/** A wide instruction that begins in the upper half of a word of code: its two halves come by two fetches. */
export const isUnalignedWide = ({ pc, length }: Neighbour): boolean => length === 4 && (pc & 2) !== 0;

/** What the load and store unit does for a timing class. */
export type Access = 'load' | 'store' | 'loads' | 'stores';

/** One access, and several that are pipelined with each other but with no neighbour (Arm DDI 0439D 3.3.2). */
const ACCESSES: Readonly<Record<string, Access>> = {
  load: 'load',
  loadLiteral: 'load',
  exclusive: 'load',
  floatLoad: 'load',
  store: 'store',
  storeImmediate: 'store',
  floatStore: 'store',
  loadDual: 'loads',
  loadMultiple: 'loads',
  loadMultiplePc: 'loads',
  floatLoadDouble: 'loads',
  floatLoadMultiple: 'loads',
  storeDual: 'stores',
  storeMultiple: 'stores',
  floatStoreDouble: 'stores',
  floatStoreMultiple: 'stores',
};

export const accessOf = ({ row }: Neighbour): Access | undefined => ACCESSES[row.timing];

const LEAVING: ReadonlySet<string> = new Set([
  'branch',
  'branchLink',
  'branchRegister',
  'compareBranch',
  'tableBranch',
  'loadPc',
  'loadMultiplePc',
  'supervisorCall',
  'breakpoint',
  'undefined',
]); // prettier-ignore
/** Whether execution may go on elsewhere than behind it. */
export const leaves = ({ row }: Neighbour): boolean => LEAVING.has(row.timing);

/** Cycles of its own, of a branch those of one that is not taken; undefined where the data decide, as for divisions. */
export const cyclesAlone = ({ program, fields, pc }: Neighbour): number | undefined =>
  chargedAlone(program, { ...ALONE, ...fields }, pc);
