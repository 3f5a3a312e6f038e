import type { Emitter, Int } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import { asBits, asSingle, compute, computeSlowly, isOrdinary, noDenormals, single, slowly } from './float-emit.js';
import { FIXED, vcmp, vcvtFromFixed, vcvtHalfToSingle, vcvtSingleToHalf, vcvtToFixed } from './float-functions.js';
import { vfp } from './float-row.js';
import { FPSCR } from './float-status.js';

/** Comparisons and conversions (A6.4, table A6-3). */

interface Two {
  readonly d: Int;
  readonly m: Int;
}

const NOT_A_NUMBER_ABOVE = 0x7f80_0000;
const MAGNITUDE = 0x7fff_ffff;

/** Numbers compare at once while denormals are numbers; NaNs and flushing have flags. */
function compareWith(quietToo: 0 | 1, operand: (o: Emitter, f: Two) => Int): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const [a, b] = [o.reg(single(o, f.d)), operand(o, f)];
    const fpscr = o.get('fpscr');
    const [x, y] = [asSingle(o, a), asSingle(o, b)];
    const unequal = o.select(o.pure<'i32'>('lt', 'i32', x, y), FPSCR.N, FPSCR.C);
    const flags = o.variable(o.select(o.pure<'i32'>('eq', 'i32', x, y), FPSCR.Z | FPSCR.C, unequal));
    const status = o.variable(fpscr);
    const number = (bits: Int) => o.leU(o.and(bits, MAGNITUDE), NOT_A_NUMBER_ABOVE);
    const plain = o.eq(o.and(fpscr, FPSCR.FZ), 0);
    const numbers = o.and(number(a), number(b));
    o.if(o.eq(o.and(plain, numbers), 0), () => {
      o.ifRare(o.eq(o.and(numbers, noDenormals(o, [a, b])), 0), () => {
        const outcome = slowly(o, vcmp, [a, b, o.i32(quietToo)], fpscr);
        flags.set(outcome.result);
        status.set(outcome.status);
      });
    });
    o.set('fpnzcv', flags.get());
    o.set('fpscr', status.get());
  };
}
const withRegister = (o: Emitter, f: Two): Int => o.reg(single(o, f.m));
const withZero = (o: Emitter): Int => o.i32(0);

/** VCVT from an integer: rounded as FPSCR says. */
function fromInteger(signed: boolean): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const whole = o.reg(single(o, f.m));
    const result = asBits(o, o.pure(signed ? 'convertS' : 'convertU', 'f32', whole));
    const format = o.i32(FIXED.wide | (signed ? 0 : FIXED.unsigned));
    const attempt = { result, holds: isOrdinary(o, result), alsoHolds: () => o.eq(whole, 0), operands: [] };
    compute(o, attempt, vcvtFromFixed, [whole, format], (value) => o.setReg(single(o, f.d), value));
  };
}

/** Magnitudes below 2³¹, and numbers from 0 to below 2³². */
const BELOW_2_31 = 0x4f00_0000;
const BELOW_2_32 = 0x4f80_0000;

/** VCVT to an integer, toward zero. */
function toInteger(signed: boolean): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const bits = o.reg(single(o, f.m));
    const result = o.pure(signed ? 'truncSatS' : 'truncSatU', 'i32', asSingle(o, bits));
    const holds = signed ? o.ltU(o.and(bits, MAGNITUDE), BELOW_2_31) : o.ltU(bits, BELOW_2_32);
    const format = o.i32(FIXED.wide | FIXED.own | (signed ? 0 : FIXED.unsigned));
    compute(o, { result, holds, operands: [bits] }, vcvtToFixed, [bits, format], (value) =>
      o.setReg(single(o, f.d), value),
    );
  };
}
/** VCVTR: rounded as FPSCR says. */
function toIntegerRounded(signed: boolean): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const format = o.i32(FIXED.wide | (signed ? 0 : FIXED.unsigned));
    computeSlowly(o, vcvtToFixed, [o.reg(single(o, f.m)), format], (value) => o.setReg(single(o, f.d), value));
  };
}

/** VCVT between single and fixed point, in place: toward zero one way, to nearest the other (A7.7.229). */
function fixedPoint(size: 16 | 32, unsigned: boolean, to: boolean): Row {
  const bits = `11101110 1 d 11 1${to ? 1 : 0}1${unsigned ? 1 : 0} dddd 1010 ${size === 32 ? 1 : 0} 1 i 0 iiii`;
  const type = `${unsigned ? 'u' : 's'}${size}`;
  const text = `vcvt.${to ? `${type}.f32` : `f32.${type}`} {sd}, {sd}, {fbits${size}}`;
  const format = FIXED.own | (unsigned ? FIXED.unsigned : 0) | (size === 32 ? FIXED.wide : 0);
  const body = (o: Emitter, f: { readonly d: Int; readonly i: Int }): void => {
    const d = single(o, f.d);
    const fraction = o.sub(size, o.or(o.shl(o.and(f.i, 15), 1), o.shrU(f.i, 4)));
    computeSlowly(o, to ? vcvtToFixed : vcvtFromFixed, [o.reg(d), o.or(fraction, format)], (value) =>
      o.setReg(d, value),
    );
  };
  // A binary point left of the highest bit is UNPREDICTABLE.
  const when = (f: { readonly i: number }) => size === 32 || ((f.i & 15) << 1) + (f.i >>> 4) <= 16;
  return vfp(bits as 'dddd iiii', text, 'floatAlu', 'A7.7.229 T1', body, { when });
}

/** VCVTB and VCVTT: the bottom or top half of a register is a half-precision number. */
function fromHalf(top: boolean): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const word = o.reg(single(o, f.m));
    const half = top ? o.shrU(word, 16) : o.and(word, 0xffff);
    computeSlowly(o, vcvtHalfToSingle, [half], (value) => o.setReg(single(o, f.d), value));
  };
}
function toHalf(top: boolean): (o: Emitter, f: Two) => void {
  return (o, f) => {
    const d = single(o, f.d);
    computeSlowly(o, vcvtSingleToHalf, [o.reg(single(o, f.m))], (half) => {
      const rest = o.and(o.reg(d), top ? 0xffff : 0xffff_0000 | 0);
      o.setReg(d, o.or(rest, top ? o.shl(half, 16) : half));
    });
  };
}

const zeroCompare = '11101110 1 d 11 0101 dddd 1010' as const;

// biome-ignore format: a table
export const floatConversion: readonly Row[] = [
  vfp('11101110 1 d 11 0100 dddd 1010 01 m 0 mmmm', 'vcmp.f32 {sd}, {sm}', 'floatAlu', 'A7.7.226 T1',
    compareWith(0, withRegister)),
  vfp('11101110 1 d 11 0100 dddd 1010 11 m 0 mmmm', 'vcmpe.f32 {sd}, {sm}', 'floatAlu', 'A7.7.226 T1',
    compareWith(1, withRegister)),
  vfp(`${zeroCompare} 0100 0000`, 'vcmp.f32 {sd}, #0.0', 'floatAlu', 'A7.7.226 T2',
    (o, f) => compareWith(0, withZero)(o, { d: f.d, m: f.d })),
  vfp(`${zeroCompare} 1100 0000`, 'vcmpe.f32 {sd}, #0.0', 'floatAlu', 'A7.7.226 T2',
    (o, f) => compareWith(1, withZero)(o, { d: f.d, m: f.d })),
  vfp('11101110 1 d 11 1000 dddd 1010 01 m 0 mmmm', 'vcvt.f32.u32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', fromInteger(false)),
  vfp('11101110 1 d 11 1000 dddd 1010 11 m 0 mmmm', 'vcvt.f32.s32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', fromInteger(true)),
  vfp('11101110 1 d 11 1100 dddd 1010 11 m 0 mmmm', 'vcvt.u32.f32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', toInteger(false)),
  vfp('11101110 1 d 11 1101 dddd 1010 11 m 0 mmmm', 'vcvt.s32.f32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', toInteger(true)),
  vfp('11101110 1 d 11 1100 dddd 1010 01 m 0 mmmm', 'vcvtr.u32.f32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', toIntegerRounded(false)),
  vfp('11101110 1 d 11 1101 dddd 1010 01 m 0 mmmm', 'vcvtr.s32.f32 {sd}, {sm}', 'floatAlu', 'A7.7.228 T1', toIntegerRounded(true)),
  ...[false, true].flatMap((to) => [false, true].flatMap((unsigned) => [fixedPoint(16, unsigned, to), fixedPoint(32, unsigned, to)])),
  vfp('11101110 1 d 11 0010 dddd 1010 01 m 0 mmmm', 'vcvtb.f32.f16 {sd}, {sm}', 'floatAlu', 'A7.7.231 T1', fromHalf(false)),
  vfp('11101110 1 d 11 0010 dddd 1010 11 m 0 mmmm', 'vcvtt.f32.f16 {sd}, {sm}', 'floatAlu', 'A7.7.231 T1', fromHalf(true)),
  vfp('11101110 1 d 11 0011 dddd 1010 01 m 0 mmmm', 'vcvtb.f16.f32 {sd}, {sm}', 'floatAlu', 'A7.7.231 T1', toHalf(false)),
  vfp('11101110 1 d 11 0011 dddd 1010 11 m 0 mmmm', 'vcvtt.f16.f32 {sd}, {sm}', 'floatAlu', 'A7.7.231 T1', toHalf(true)),
];
