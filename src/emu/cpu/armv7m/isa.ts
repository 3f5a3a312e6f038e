import { defineIsa, type HelperSignature, type Isa, type Row } from '../../isa/instruction.js';
import { branch16, branch32 } from './branch.js';
import {
  addressAndStackPointer,
  dataProcessing16,
  extendAndReverse16,
  highRegisters,
  shiftAddSubtractMoveCompare,
} from './data-processing-16.js';
import { formats } from './formats.js';
import { loadStore16, loadStoreMultiple16 } from './load-store-16.js';
import { conditionHolds } from './pseudocode.js';
import { miscellaneous16 } from './system.js';
import { TAKEN_CYCLES, timing } from './timing.js';

/** The ARMv7E-M instruction set without floating point (Arm DDI 0403E, chapters A5 and A7). */

const SCALARS = [
  'n',
  'z',
  'c',
  'v',
  'q',
  'ge',
  'itstate',
  'exclusive',
  'ipsr',
  'primask',
  'faultmask',
  'basepri',
  'control',
  'ccr',
  'event',
] as const; // prettier-ignore

export type ArmScalar = (typeof SCALARS)[number];

const TRAPS = [
  'svc',
  'bkpt',
  'undefined',
  'noCoprocessor',
  'divideByZero',
  'exceptionReturn',
  'invalidState',
  'wfi',
  'wfe',
] as const; // prettier-ignore

export type ArmTrap = (typeof TRAPS)[number];

const HELPERS: Readonly<Record<string, HelperSignature>> = {
  /** `mrs(SYSm)`: the special register, with what the privilege level hides as 0. */
  mrs: { params: ['i32'], result: 'i32' },
  /** `msr(SYSm, mask, value)`. */
  msr: { params: ['i32', 'i32', 'i32'], result: 'void' },
  /** `cps(im << 2 | I << 1 | F)`: im = 1 sets the masks named by I (PRIMASK) and F (FAULTMASK), im = 0 clears them. */
  cps: { params: ['i32'], result: 'void' },
  sev: { params: [], result: 'void' },
  /** `barrier(kind)`: 0 DMB, 1 DSB, 2 ISB. */
  barrier: { params: ['i32'], result: 'void' },
};

const rows: readonly Row[] = [
  ...shiftAddSubtractMoveCompare,
  ...dataProcessing16,
  ...highRegisters,
  ...addressAndStackPointer,
  ...extendAndReverse16,
  ...loadStore16,
  ...loadStoreMultiple16,
  ...branch16,
  ...miscellaneous16,
  ...branch32,
];

export const armv7em: Isa = defineIsa({
  name: 'armv7e-m',
  rows,
  state: {
    registers: { count: 16, type: 'i32' },
    scalars: Object.fromEntries(SCALARS.map((name) => [name, 'i32'])),
  },
  timing,
  takenCycles: TAKEN_CYCLES,
  traps: TRAPS,
  helpers: HELPERS,
  formats,
  predication: { state: 'itstate', holds: conditionHolds },
  lengthOf: (firstHalfword) => (firstHalfword >>> 11 >= 0b11101 ? 4 : 2),
  join: (first, second) => ((first << 16) | second) >>> 0,
});
