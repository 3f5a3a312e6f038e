import { defineIsa, type HelperSignature, type Isa, type Row } from '../../isa/instruction.js';
import { branch16, branch32 } from './branch.js';
import {
  addressAndStackPointer,
  dataProcessing16,
  extendAndReverse16,
  highRegisters,
  shiftAddSubtractMoveCompare,
} from './data-processing-16.js';
import { modifiedImmediate, plainImmediate } from './data-processing-immediate.js';
import { dataProcessingRegister, shiftedRegister, unshiftedRegister } from './data-processing-register.js';
import { extending, packing, saturating } from './dsp.js';
import { parallel } from './dsp-parallel.js';
import { floatConversion } from './float-conversion.js';
import { floatData } from './float-data.js';
import { floatFunctions } from './float-functions.js';
import { floatTransfer } from './float-transfer.js';
import { formats } from './formats.js';
import { loadStore16, loadStoreMultiple16 } from './load-store-16.js';
import { loadStore32, memoryHints } from './load-store-32.js';
import { exclusives, loadStoreDual, loadStoreMultiple32 } from './load-store-multiple.js';
import { multiply } from './multiply.js';
import { multiplyHalfword } from './multiply-halfword.js';
import { conditionHolds } from './pseudocode.js';
import { coprocessor, miscellaneous16, system32 } from './system.js';
import { pipeline } from './timing/pipeline.js';
import { TAKEN_CYCLES, timing } from './timing/timing.js';

/** The ARMv7E-M instruction set with FPv4-SP floating point (Arm DDI 0403E, chapters A5–A7). */

// biome-ignore format: a table
const SCALARS = [
  'n',
  'z',
  'c',
  'va',
  'vb',
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
  'stackLimit',
  'stackPc',
  // FPSCR in two words: its flags, which comparisons write, and its control and cumulative bits
  'fpnzcv',
  'fpscr',
  // 1 while floating-point instructions need nothing done before (see float-row.ts)
  'fpready',
] as const;

export type ArmScalar = (typeof SCALARS)[number];

// biome-ignore format: a table
const TRAPS = [
  'svc',
  'bkpt',
  'undefined',
  'noCoprocessor',
  'floatAccess',
  'divideByZero',
  'exceptionReturn',
  'invalidState',
  'wfi',
  'wfe',
] as const;

export type ArmTrap = (typeof TRAPS)[number];

const HELPERS: Readonly<Record<string, HelperSignature>> = {
  /** `mrs(SYSm)`: the special register, with what the privilege level hides as 0. */
  mrs: { params: ['i32'], result: 'i32' },
  /** `msr(SYSm, mask, value)`. */
  msr: { params: ['i32', 'i32', 'i32'], result: 'void' },
  /** `cps(im << 2 | I << 1 | F)`: im = 1 sets the masks named by I (PRIMASK) and F (FAULTMASK), im = 0 clears them. */
  cps: { params: ['i32'], result: 'void' },
  /** `vmsr(FPSCR)`. */
  vmsr: { params: ['i32'], result: 'void' },
  /** `floatFlags(FPSCR)`: a cumulative flag that interrupts is set now. */
  floatFlags: { params: ['i32'], result: 'void' },
  sev: { params: [], result: 'void' },
  /** `barrier(kind)`: 0 DMB, 1 DSB, 2 ISB. */
  barrier: { params: ['i32'], result: 'void' },
};

const rows = (): readonly Row[] => [
  ...shiftAddSubtractMoveCompare,
  ...dataProcessing16,
  ...highRegisters,
  ...addressAndStackPointer,
  ...extendAndReverse16,
  ...loadStore16,
  ...loadStoreMultiple16,
  ...branch16,
  ...miscellaneous16,
  ...modifiedImmediate,
  ...plainImmediate,
  ...unshiftedRegister,
  ...shiftedRegister,
  ...dataProcessingRegister,
  ...multiply,
  ...multiplyHalfword,
  ...saturating,
  ...extending,
  ...packing,
  ...parallel,
  ...loadStore32,
  ...memoryHints,
  ...loadStoreMultiple32,
  ...loadStoreDual,
  ...exclusives,
  ...branch32,
  ...system32,
  ...floatData,
  ...floatConversion,
  ...floatTransfer,
  ...coprocessor,
];

export const armv7em: Isa = defineIsa({
  name: 'armv7e-m',
  rows,
  state: {
    // R0–R15, then S0–S31 as bits
    registers: { count: 48, type: 'i32' },
    scalars: Object.fromEntries(SCALARS.map((name) => [name, 'i32'])),
  },
  timing,
  takenCycles: TAKEN_CYCLES,
  pipeline,
  traps: TRAPS,
  helpers: HELPERS,
  functions: floatFunctions,
  formats,
  predication: { state: 'itstate', holds: conditionHolds },
  linkage: { links: [14], stack: 13 },
  lengthOf: (firstHalfword) => (firstHalfword >>> 11 >= 0b11101 ? 4 : 2),
  join: (first, second) => ((first << 16) | second) >>> 0,
});
