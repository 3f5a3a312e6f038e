import type { Emitter, Int } from '../../../isa/emitter.js';
import type { Row, Timing } from '../../../isa/instruction.js';

/**
 * Cycles of the Cortex-M4 by timing class, zero wait states (Arm DDI 0439D tables 3-1 and 3-2). A taken branch costs
 * `TAKEN_CYCLES` more. Loads and stores stand without pipelining behind their neighbours.
 */

/** P of the tables: the pipeline refill, 1–3; 2 for most targets. */
export const TAKEN_CYCLES = 2;

const FIXED: Readonly<Record<string, number>> = {
  alu: 1,
  /** Multiplies of every kind, long ones too. */
  mul: 1,
  load: 2,
  loadLiteral: 2,
  loadPc: 2,
  store: 2,
  /** STR Rt, [Rn, #imm]: the write buffer takes it. */
  storeImmediate: 1,
  loadDual: 3,
  storeDual: 3,
  exclusive: 2,
  clearExclusive: 1,
  branch: 1,
  branchLink: 1,
  branchRegister: 1,
  compareBranch: 1,
  tableBranch: 2,
  it: 1,
  nop: 1,
  hint: 1,
  preload: 1,
  /** CPS, MRS, MSR: 1 or 2. */
  system: 2,
  barrier: 1,
  /** VADD, VMUL, VMOV and whatever else takes one cycle. */
  floatAlu: 1,
  /** VMOV of two core registers. */
  floatMove2: 2,
  /** VMRS, VMSR. */
  floatStatus: 1,
  floatMultiplyAccumulate: 3,
  floatDivide: 14,
  floatSqrt: 14,
  floatLoad: 2,
  floatLoadDouble: 3,
  floatStore: 2,
  floatStoreDouble: 3,
  supervisorCall: 1,
  breakpoint: 1,
  undefined: 1,
  coprocessor: 1,
};

type Operands = Readonly<Record<string, Int & number>>;

/** 1 + N, N the number of registers in the list. */
function multiple(o: Emitter, f: Operands): Int {
  const low = o.popcnt(f.r!);
  const high = ['m', 'P'].filter((letter) => f[letter] !== undefined).map((letter) => f[letter]!);
  return high.reduce<Int>((sum, bit) => o.add(sum, bit), o.add(low, 1));
}

/** Significant bits of a magnitude. */
function length(o: Emitter, value: Int): Int {
  return o.sub(32, o.clz(value));
}
function magnitude(o: Emitter, value: Int): Int {
  const sign = o.shrS(value, 31);
  return o.sub(o.xor(value, sign), sign);
}

/** Measured: 2 if either operand is 0, 3 if the quotient is 0 by length, else one cycle more for every 4 quotient bits. */
function divide(o: Emitter, f: Operands, signed: boolean): Int {
  const [n, d] = [o.reg(f.n!), o.reg(f.m!)];
  const of = (value: Int) => length(o, signed ? magnitude(o, value) : value);
  const difference = o.sub(of(n), of(d));
  const cycles = o.select(o.ltS(difference, 0), 3, o.add(o.shrU(difference, 2), 5));
  return o.select(o.or(o.eq(n, 0), o.eq(d, 0)), 2, cycles);
}

export const timing: Timing = (o, row: Row, f) => {
  switch (row.timing) {
    case 'loadMultiple':
    case 'storeMultiple':
      return multiple(o, f);
    case 'floatLoadMultiple':
    case 'floatStoreMultiple':
      return o.add(f.i!, 1);
    case 'loadMultiplePc':
      return o.add(multiple(o, f), 1);
    case 'divideSigned':
      return divide(o, f, true);
    case 'divideUnsigned':
      return divide(o, f, false);
    default:
      return FIXED[row.timing]!;
  }
};

/** Classes the timing knows: a row of another class is an error in the table. */
export const TIMING_CLASSES: ReadonlySet<string> = new Set([
  ...Object.keys(FIXED),
  'loadMultiple',
  'storeMultiple',
  'floatLoadMultiple',
  'floatStoreMultiple',
  'loadMultiplePc',
  'divideSigned',
  'divideUnsigned',
]);
