import {
  add,
  compare,
  divide,
  type FixedFormat,
  fromFixed,
  halfToSingle,
  multiply,
  multiplyAdd,
  negate,
  type Outcome,
  singleToHalf,
  squareRoot,
  subtract,
  toFixed,
} from './oracle.js';

/** One instruction on S0 (also the destination), S1, S2, and what the manual's pseudocode makes of it. */
export interface Operation {
  readonly line: string;
  /** Operands that take part: of S0, S1, S2. */
  readonly operands: 1 | 2 | 3;
  readonly takes: 'singles' | 'words';
  /** The result goes to S0, or to the flags of FPSCR. */
  readonly compares?: true;
  readonly expected: (s0: number, s1: number, s2: number, fpscr: number) => Outcome;
}

type Two = (x: number, y: number, fpscr: number) => Outcome;
const binary = (name: string, two: Two): Operation => ({
  line: `${name}.f32 s0, s1, s2`,
  operands: 3,
  takes: 'singles',
  expected: (_, x, y, fpscr) => two(x, y, fpscr),
});
const negated =
  (two: Two): Two =>
  (x, y, fpscr) => {
    const { result, flags } = two(x, y, fpscr);
    return { result: negate(result), flags };
  };

/** Two roundings: FPMul(), then FPAdd(), each with its flags. */
const chained = (name: string, addend: 1 | -1, product: 1 | -1): Operation => ({
  line: `${name}.f32 s0, s1, s2`,
  operands: 3,
  takes: 'singles',
  expected: (d, x, y, fpscr) => {
    const first = multiply(x, y, fpscr);
    const term = product === 1 ? first.result : negate(first.result);
    const second = add(addend === 1 ? d : negate(d), term, fpscr);
    return { result: second.result, flags: first.flags | second.flags };
  },
});
const fused = (name: string, addend: 1 | -1, operand: 1 | -1): Operation => ({
  line: `${name}.f32 s0, s1, s2`,
  operands: 3,
  takes: 'singles',
  expected: (d, x, y, fpscr) => multiplyAdd(addend === 1 ? d : negate(d), operand === 1 ? x : negate(x), y, fpscr),
});

const compares = (name: string, quietToo: boolean, withZero: boolean): Operation => ({
  line: `${name}.f32 s0, ${withZero ? '#0.0' : 's1'}`,
  operands: withZero ? 1 : 2,
  takes: 'singles',
  compares: true,
  expected: (x, y, _, fpscr) => compare(x, withZero ? 0 : y, fpscr, quietToo),
});

const integer = (unsigned: boolean): FixedFormat => ({ bits: 32, unsigned, fraction: 0 });
const toInteger = (name: string, unsigned: boolean, towardZero: boolean): Operation => ({
  line: `${name}.${unsigned ? 'u32' : 's32'}.f32 s0, s1`,
  operands: 2,
  takes: 'singles',
  expected: (_, x, __, fpscr) => toFixed(x, integer(unsigned), towardZero, fpscr),
});
const fromInteger = (unsigned: boolean): Operation => ({
  line: `vcvt.f32.${unsigned ? 'u32' : 's32'} s0, s1`,
  operands: 2,
  takes: 'words',
  expected: (_, x, __, fpscr) => fromFixed(x, integer(unsigned), false, fpscr),
});

function fixedPoint(bits: 16 | 32, unsigned: boolean, fraction: number): Operation[] {
  const type = `${unsigned ? 'u' : 's'}${bits}`;
  const format = { bits, unsigned, fraction };
  return [
    {
      line: `vcvt.${type}.f32 s0, s0, #${fraction}`,
      operands: 1,
      takes: 'singles',
      expected: (x, _, __, fpscr) => toFixed(x, format, true, fpscr),
    },
    {
      line: `vcvt.f32.${type} s0, s0, #${fraction}`,
      operands: 1,
      takes: 'words',
      expected: (x, _, __, fpscr) => fromFixed(x, format, true, fpscr),
    },
  ];
}

function halves(part: 'b' | 't'): Operation[] {
  const shift = part === 'b' ? 0 : 16;
  return [
    {
      line: `vcvt${part}.f32.f16 s0, s1`,
      operands: 2,
      takes: 'words',
      expected: (_, x, __, fpscr) => halfToSingle((x >>> shift) & 0xffff, fpscr),
    },
    {
      line: `vcvt${part}.f16.f32 s0, s1`,
      operands: 2,
      takes: 'singles',
      expected: (d, x, _, fpscr) => {
        const { result, flags } = singleToHalf(x, fpscr);
        return { result: ((d & (0xffff_0000 >>> shift)) | (result << shift)) >>> 0, flags };
      },
    },
  ];
}

export const OPERATIONS: readonly Operation[] = [
  binary('vadd', add),
  binary('vsub', subtract),
  binary('vmul', multiply),
  binary('vnmul', negated(multiply)),
  binary('vdiv', divide),
  { line: 'vsqrt.f32 s0, s1', operands: 2, takes: 'singles', expected: (_, x, __, fpscr) => squareRoot(x, fpscr) },
  chained('vmla', 1, 1),
  chained('vmls', 1, -1),
  chained('vnmla', -1, -1),
  chained('vnmls', -1, 1),
  fused('vfma', 1, 1),
  fused('vfms', 1, -1),
  fused('vfnma', -1, -1),
  fused('vfnms', -1, 1),
  compares('vcmp', false, false),
  compares('vcmpe', true, false),
  compares('vcmp', false, true),
  compares('vcmpe', true, true),
  toInteger('vcvt', false, true),
  toInteger('vcvt', true, true),
  toInteger('vcvtr', false, false),
  toInteger('vcvtr', true, false),
  fromInteger(false),
  fromInteger(true),
  ...fixedPoint(32, false, 16),
  ...fixedPoint(32, true, 31),
  ...fixedPoint(16, false, 15),
  ...fixedPoint(16, true, 8),
  ...fixedPoint(16, false, 0),
  ...fixedPoint(32, false, 32),
  ...halves('b'),
  ...halves('t'),
  {
    line: 'vabs.f32 s0, s1',
    operands: 2,
    takes: 'singles',
    expected: (_, x) => ({ result: x & 0x7fff_ffff, flags: 0 }),
  },
  { line: 'vneg.f32 s0, s1', operands: 2, takes: 'singles', expected: (_, x) => ({ result: negate(x), flags: 0 }) },
];
