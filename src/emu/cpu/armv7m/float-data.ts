import type { Emitter, Int } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import type { PureFunction } from '../../isa/ir.js';
import {
  type Attempt,
  asBits,
  asDouble,
  asSingle,
  compute,
  isOrdinary,
  isZeroSingle,
  single,
  singleN,
} from './float-emit.js';
import {
  vadd,
  vdiv,
  vfma,
  vfms,
  vfnma,
  vfnms,
  vmla,
  vmls,
  vmul,
  vnmla,
  vnmls,
  vnmul,
  vsqrt,
  vsub,
} from './float-functions.js';
import { vfp } from './float-row.js';

/** Floating-point arithmetic (A6.4, table A6-2): what computes a single from singles. */

const SIGN = 0x8000_0000 | 0;

interface Three {
  readonly d: Int;
  readonly n: Int;
  readonly m: Int;
}
interface Values {
  readonly d: Int;
  readonly a: Int;
  readonly b: Int;
}

/** An operation on S[n] and S[m], and S[d] where it takes part, as the host does it. */
function arithmetic(
  fn: PureFunction,
  attempt: (o: Emitter, values: Values) => Attempt,
): (o: Emitter, f: Three) => void {
  return (o, f) => {
    const d = single(o, f.d);
    const [a, b] = [o.reg(singleN(o, f.n)), o.reg(single(o, f.m))];
    const operands = fn.params.length === 4 ? [o.reg(d), a, b] : [a, b];
    compute(o, attempt(o, { d: operands[0]!, a, b }), fn, operands, (result) => o.setReg(d, result));
  };
}

/** A sum that is zero is exact, and has the sign that rounding to nearest gives it. */
const sumOf =
  (op: 'add' | 'sub') =>
  (o: Emitter, { a, b }: Values): Attempt => {
    const [x, y] = [asSingle(o, a), asSingle(o, b)];
    const result = asBits(o, op === 'add' ? o.add<'f32'>(x, y) : o.sub<'f32'>(x, y));
    return { result, holds: isOrdinary(o, result), alsoHolds: () => isZeroSingle(o, result) };
  };

/** A product that is zero is exact where a factor is. */
function productHolds(o: Emitter, { a, b }: Values, result: Int): Int {
  return o.and(isZeroSingle(o, result), o.or(isZeroSingle(o, a), isZeroSingle(o, b)));
}
const productOf =
  (sign: 0 | typeof SIGN) =>
  (o: Emitter, values: Values): Attempt => {
    const product = asBits(o, o.mul<'f32'>(asSingle(o, values.a), asSingle(o, values.b)));
    const result = sign === 0 ? product : o.xor(product, sign);
    return { result, holds: isOrdinary(o, product), alsoHolds: () => productHolds(o, values, product) };
  };

/** VMLA and its kin: the product is rounded, and then the sum. */
const chained =
  (addendSign: number, productSign: number) =>
  (o: Emitter, values: Values): Attempt => {
    const product = asBits(o, o.mul<'f32'>(asSingle(o, values.a), asSingle(o, values.b)));
    const addend = addendSign === 0 ? values.d : o.xor(values.d, addendSign);
    const term = productSign === 0 ? product : o.xor(product, productSign);
    const result = asBits(o, o.add<'f32'>(asSingle(o, addend), asSingle(o, term)));
    const alsoHolds = (): Int => {
      const first = o.or(isOrdinary(o, product), productHolds(o, values, product));
      return o.and(first, o.or(isOrdinary(o, result), isZeroSingle(o, result)));
    };
    return { result, holds: o.and(isOrdinary(o, product), isOrdinary(o, result)), alsoHolds };
  };

/** Bits of a double that a single has no room for, and the middle between two singles. */
const BELOW_SINGLE = 0x1fff_ffff;
const MIDDLE = 0x1000_0000;

/**
 * VFMA and its kin: the product is exact as a double. Their sum may have been rounded, which matters to rounding it again only
 * where it lies in the middle between two singles.
 */
const fused =
  (addendSign: number, operandSign: number) =>
  (o: Emitter, values: Values): Attempt => {
    const a = operandSign === 0 ? values.a : o.xor(values.a, operandSign);
    const addend = addendSign === 0 ? values.d : o.xor(values.d, addendSign);
    const sum = o.add<'f64'>(o.mul<'f64'>(asDouble(o, a), asDouble(o, values.b)), asDouble(o, addend));
    const result = asBits(o, o.pure('demote', 'f32', sum));
    const bits = o.pure('reinterpret', 'i64', sum);
    const clear = o.ne(o.and(o.wrap(bits), BELOW_SINGLE), MIDDLE);
    const alsoHolds = () => o.eq<'i64'>(o.shl<'i64'>(bits, 1), 0);
    return { result, holds: o.and(clear, isOrdinary(o, result)), alsoHolds };
  };

const quotientOf = (o: Emitter, { a, b }: Values): Attempt => {
  const result = asBits(o, o.pure('fdiv', 'f32', asSingle(o, a), asSingle(o, b)));
  // 0 ÷ 0 is a NaN, and 0 ÷ x exact
  return {
    result,
    holds: isOrdinary(o, result),
    alsoHolds: () => o.and(isZeroSingle(o, result), isZeroSingle(o, a)),
  };
};

interface Two {
  readonly d: Int;
  readonly m: Int;
}

function squareRoot(o: Emitter, f: Two): void {
  const a = o.reg(single(o, f.m));
  const result = asBits(o, o.pure('sqrt', 'f32', asSingle(o, a)));
  const attempt = { result, holds: isOrdinary(o, result), alsoHolds: () => isZeroSingle(o, a) };
  compute(o, attempt, vsqrt, [a], (root) => o.setReg(single(o, f.d), root));
}

/** VMOV, VABS and VNEG change bits: a NaN stays what it is, and no flag comes of it. */
function onBits(change: (o: Emitter, bits: Int) => Int): (o: Emitter, f: Two) => void {
  return (o, f) => o.setReg(single(o, f.d), change(o, o.reg(single(o, f.m))));
}

/** VFPExpandImm(): abcdefgh is a:NOT(b):bbbbb:cdefgh:0…0 (A6.4.1). */
function expandImmediate(o: Emitter, imm8: Int): Int {
  const b = o.and(o.shrU(imm8, 6), 1);
  const exponent = o.select(b, 0x3e00_0000, 0x4000_0000);
  return o.or(o.shl(o.shrU(imm8, 7), 31), o.or(exponent, o.shl(o.and(imm8, 0x3f), 19)));
}

// biome-ignore format: a table
export const floatData: readonly Row[] = [
  vfp('11101110 0 d 00 nnnn dddd 1010 n 0 m 0 mmmm', 'vmla.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.238 T1',
    arithmetic(vmla, chained(0, 0))),
  vfp('11101110 0 d 00 nnnn dddd 1010 n 1 m 0 mmmm', 'vmls.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.238 T1',
    arithmetic(vmls, chained(0, SIGN))),
  vfp('11101110 0 d 01 nnnn dddd 1010 n 1 m 0 mmmm', 'vnmla.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.250 T1',
    arithmetic(vnmla, chained(SIGN, SIGN))),
  vfp('11101110 0 d 01 nnnn dddd 1010 n 0 m 0 mmmm', 'vnmls.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.250 T1',
    arithmetic(vnmls, chained(SIGN, 0))),
  vfp('11101110 0 d 10 nnnn dddd 1010 n 0 m 0 mmmm', 'vmul.f32 {sd}, {sn}, {sm}', 'floatAlu', 'A7.7.248 T1',
    arithmetic(vmul, productOf(0))),
  vfp('11101110 0 d 10 nnnn dddd 1010 n 1 m 0 mmmm', 'vnmul.f32 {sd}, {sn}, {sm}', 'floatAlu', 'A7.7.250 T2',
    arithmetic(vnmul, productOf(SIGN))),
  vfp('11101110 0 d 11 nnnn dddd 1010 n 0 m 0 mmmm', 'vadd.f32 {sd}, {sn}, {sm}', 'floatAlu', 'A7.7.225 T1',
    arithmetic(vadd, sumOf('add'))),
  vfp('11101110 0 d 11 nnnn dddd 1010 n 1 m 0 mmmm', 'vsub.f32 {sd}, {sn}, {sm}', 'floatAlu', 'A7.7.260 T1',
    arithmetic(vsub, sumOf('sub'))),
  vfp('11101110 1 d 00 nnnn dddd 1010 n 0 m 0 mmmm', 'vdiv.f32 {sd}, {sn}, {sm}', 'floatDivide', 'A7.7.232 T1',
    arithmetic(vdiv, quotientOf)),
  vfp('11101110 1 d 01 nnnn dddd 1010 n 1 m 0 mmmm', 'vfnma.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.234 T1',
    arithmetic(vfnma, fused(SIGN, SIGN))),
  vfp('11101110 1 d 01 nnnn dddd 1010 n 0 m 0 mmmm', 'vfnms.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.234 T1',
    arithmetic(vfnms, fused(SIGN, 0))),
  vfp('11101110 1 d 10 nnnn dddd 1010 n 0 m 0 mmmm', 'vfma.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.233 T1',
    arithmetic(vfma, fused(0, 0))),
  vfp('11101110 1 d 10 nnnn dddd 1010 n 1 m 0 mmmm', 'vfms.f32 {sd}, {sn}, {sm}', 'floatMultiplyAccumulate', 'A7.7.233 T1',
    arithmetic(vfms, fused(0, SIGN))),
  vfp('11101110 1 d 11 iiii dddd 1010 0000 iiii', 'vmov.f32 {sd}, {vfpimm}', 'floatAlu', 'A7.7.239 T1',
    (o, f) => o.setReg(single(o, f.d), expandImmediate(o, f.i))),
  vfp('11101110 1 d 11 0000 dddd 1010 01 m 0 mmmm', 'vmov.f32 {sd}, {sm}', 'floatAlu', 'A7.7.240 T2',
    onBits((_, bits) => bits)),
  vfp('11101110 1 d 11 0000 dddd 1010 11 m 0 mmmm', 'vabs.f32 {sd}, {sm}', 'floatAlu', 'A7.7.224 T1',
    onBits((o, bits) => o.and(bits, 0x7fff_ffff))),
  vfp('11101110 1 d 11 0001 dddd 1010 01 m 0 mmmm', 'vneg.f32 {sd}, {sm}', 'floatAlu', 'A7.7.249 T1',
    onBits((o, bits) => o.xor(bits, SIGN))),
  vfp('11101110 1 d 11 0001 dddd 1010 11 m 0 mmmm', 'vsqrt.f32 {sd}, {sm}', 'floatSqrt', 'A7.7.257 T1', squareRoot),
];
