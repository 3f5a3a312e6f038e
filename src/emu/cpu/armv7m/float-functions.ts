import type { PureFunction } from '../../isa/ir.js';
import {
  floatAdd,
  floatCompare,
  floatDivide,
  floatMultiply,
  floatMultiplyAdd,
  floatSquareRoot,
  floatSubtract,
} from './float-arithmetic.js';
import { fromFixed, halfToSingle, singleToHalf, toFixed } from './float-convert.js';
import { bitsOf, flagsOf, pack, SIGN } from './float-round.js';

/**
 * The floating-point arithmetic as instruction bodies call it where compiled code cannot do it at once: operands are bits,
 * the last argument is FPSCR, the result is bits + flags × 2³².
 */

function pure(name: string, operands: number, run: (...args: number[]) => number): PureFunction {
  return { name, params: Array.from({ length: operands + 1 }, () => 'i32'), result: 'f64', run };
}

type Three = (a: number, b: number, fpscr: number) => number;

/** A product, rounded, and then a sum, rounded again: VMLA and its kin. Signs are changed as FPNeg() does. */
const chained =
  (addendSign: number, productSign: number): ((d: number, n: number, m: number, fpscr: number) => number) =>
  (d, n, m, fpscr) => {
    const first = floatMultiply(n, m, fpscr);
    const second = floatAdd(d ^ addendSign, bitsOf(first) ^ productSign, fpscr);
    return pack(bitsOf(second), flagsOf(first) | flagsOf(second));
  };
const fused =
  (addendSign: number, operandSign: number): ((d: number, n: number, m: number, fpscr: number) => number) =>
  (d, n, m, fpscr) =>
    floatMultiplyAdd(d ^ addendSign, n ^ operandSign, m, fpscr);
const negated =
  (operation: Three): Three =>
  (a, b, fpscr) => {
    const packed = operation(a, b, fpscr);
    return pack(bitsOf(packed) ^ SIGN, flagsOf(packed));
  };

export const vadd = pure('vadd', 2, floatAdd as PureFunction['run']);
export const vsub = pure('vsub', 2, floatSubtract as PureFunction['run']);
export const vmul = pure('vmul', 2, floatMultiply as PureFunction['run']);
export const vnmul = pure('vnmul', 2, negated(floatMultiply) as PureFunction['run']);
export const vdiv = pure('vdiv', 2, floatDivide as PureFunction['run']);
export const vsqrt = pure('vsqrt', 1, floatSquareRoot as PureFunction['run']);
export const vmla = pure('vmla', 3, chained(0, 0) as PureFunction['run']);
export const vmls = pure('vmls', 3, chained(0, SIGN) as PureFunction['run']);
export const vnmla = pure('vnmla', 3, chained(SIGN, SIGN) as PureFunction['run']);
export const vnmls = pure('vnmls', 3, chained(SIGN, 0) as PureFunction['run']);
export const vfma = pure('vfma', 3, fused(0, 0) as PureFunction['run']);
export const vfms = pure('vfms', 3, fused(0, SIGN) as PureFunction['run']);
export const vfnma = pure('vfnma', 3, fused(SIGN, SIGN) as PureFunction['run']);
export const vfnms = pure('vfnms', 3, fused(SIGN, 0) as PureFunction['run']);
/** The third operand is E: quiet NaNs are invalid too. */
export const vcmp = pure('vcmp', 3, (a, b, quietToo, fpscr) => floatCompare(a!, b!, fpscr!, quietToo !== 0));

/** Formats of fixed point are a word: fraction bits, 64 unsigned, 128 of 32 bits; 256 asks for the mode that is not FPSCR's. */
export const FIXED = { unsigned: 64, wide: 128, own: 256 } as const;
const formatOf = (word: number) => ({
  bits: (word & FIXED.wide) !== 0 ? (32 as const) : (16 as const),
  unsigned: (word & FIXED.unsigned) !== 0,
  fraction: word & 63,
});
export const vcvtToFixed = pure('vcvt to fixed', 2, (a, format, fpscr) =>
  toFixed(a!, formatOf(format!), (format! & FIXED.own) !== 0, fpscr!),
);
export const vcvtFromFixed = pure('vcvt from fixed', 2, (a, format, fpscr) =>
  fromFixed(a!, formatOf(format!), (format! & FIXED.own) !== 0, fpscr!),
);
export const vcvtHalfToSingle = pure('vcvt half to single', 1, halfToSingle as PureFunction['run']);
export const vcvtSingleToHalf = pure('vcvt single to half', 1, singleToHalf as PureFunction['run']);

// biome-ignore format: a table
export const floatFunctions: readonly PureFunction[] = [
  vadd, vsub, vmul, vnmul, vdiv, vsqrt, vmla, vmls, vnmla, vnmls, vfma, vfms, vfnma, vfnms, vcmp, vcvtToFixed,
  vcvtFromFixed, vcvtHalfToSingle, vcvtSingleToHalf,
];
