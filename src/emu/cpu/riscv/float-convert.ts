import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { Flagged } from './float-compare.js';
import {
  type Bits,
  bitsOf,
  constant,
  DOUBLE,
  type Double,
  doubleOf,
  type Float,
  floatOf,
  isOrdinary,
  isSignalling,
  type Precision,
  SINGLE,
} from './float-precision.js';
import { type Attempt, checkMode, roundingMode } from './float-rounding.js';
import { FLAG, ROUND } from './float-status.js';
import type { X } from './x-registers.js';

/** Conversions (Unpriv 11.7, 12.5). */

/** An integer of FCVT: W, WU, L and LU. */
export interface IntegerFormat {
  readonly bits: 32 | 64;
  readonly unsigned: boolean;
}

/** A double as a whole number, by a mode. Ties away from zero: the host has no such operation. */
function roundToWhole(o: Emitter, x: Double, mode: Int): Double {
  const toward = o.pure('trunc', 'f64', x);
  const away = (): Double => {
    const half = o.pure('le', 'i32', o.float('f64', 0.5), o.pure('abs', 'f64', o.sub<'f64'>(x, toward)));
    const one = o.select<'f64'>(o.pure('lt', 'i32', x, o.float('f64', 0)), o.float('f64', -1), o.float('f64', 1));
    return o.select<'f64'>(half, o.add<'f64'>(toward, one), toward);
  };
  const choices: readonly (() => Double)[] = [
    () => o.pure('nearest', 'f64', x),
    () => toward,
    () => o.pure('floor', 'f64', x),
    () => o.pure('ceil', 'f64', x),
    away,
  ];
  const known = o.constant(mode);
  if (known !== undefined) return choices[Number(known)]!();
  const whole = o.variable<'f64'>(toward);
  o.if(o.ne(mode, ROUND.towardZero), () => {
    checkMode(o, mode);
    const choose = (m: number, otherwise: Double) => o.select<'f64'>(o.eq(mode, m), choices[m]!(), otherwise);
    const directed = choose(ROUND.down, choose(ROUND.up, choose(ROUND.nearestAway, toward)));
    whole.set(choose(ROUND.nearestEven, directed));
  });
  return whole.get();
}

/** 1 where a whole number is one of the integer format's. */
function fits(o: Emitter, whole: Double, { bits, unsigned }: IntegerFormat): Int {
  const least = o.float('f64', unsigned ? 0 : -(2 ** (bits - 1)));
  const beyond = o.float('f64', 2 ** (unsigned ? bits : bits - 1));
  return o.and(o.pure('le', 'i32', least, whole), o.pure('lt', 'i32', whole, beyond));
}

/** FCVT to an integer: what is too large, or a NaN, is invalid and gives the nearest integer there is (table 11.4). */
export function toInteger(
  o: Emitter,
  precision: Precision,
  bits: Bits,
  format: IntegerFormat,
  rm: Int,
): Flagged<Int | Long> {
  const x = doubleOf(o, floatOf(o, precision, bits));
  const whole = roundToWhole(o, x, roundingMode(o, rm));
  const type = format.bits === 32 ? 'i32' : 'i64';
  const saturated = o.pure<'i32' | 'i64'>(format.unsigned ? 'truncSatU' : 'truncSatS', type, whole);
  const most = (1n << BigInt(format.unsigned ? format.bits : format.bits - 1)) - 1n;
  const largest = type === 'i32' ? o.i32(Number(BigInt.asIntN(32, most))) : o.i64(most);
  const isNumber = o.eq<'f64'>(x, x);
  const result = o.select<'i32' | 'i64'>(isNumber, saturated, largest) as Int | Long;
  const flags = o.select(fits(o, whole, format), o.ne<'f64'>(whole, x), FLAG.NV);
  return { result, flags };
}

/** A word as it is converted: widened to 64 bits, for the function. */
export function widened(o: Emitter, value: X, { bits, unsigned }: IntegerFormat): Long {
  if (bits === 64) return value as Long;
  const word = value.type === 'i64' ? o.wrap(value as Long) : (value as Int);
  return unsigned ? o.extendU(word) : o.extendS(word);
}

/** FCVT from an integer: exact where the value comes back. */
export function fromInteger(o: Emitter, precision: Precision, integer: Long, { unsigned }: IntegerFormat): Attempt {
  const rounded: Float = o.pure(unsigned ? 'convertU' : 'convertS', precision.float, integer);
  const exact = () => {
    const value = doubleOf(o, rounded);
    const back = o.pure(unsigned ? 'truncSatU' : 'truncSatS', 'i64', value);
    const below = o.pure('lt', 'i32', value, o.float('f64', 2 ** (unsigned ? 64 : 63)));
    return o.and(below, o.eq<'i64'>(back, integer));
  };
  return { result: bitsOf(o, precision, rounded), holds: o.i32(1), exact };
}

/** FCVT.S.D. */
export function narrow(o: Emitter, bits: Bits): Attempt {
  const value = floatOf(o, DOUBLE, bits) as Double;
  const rounded = o.pure('demote', 'f32', value);
  const result = bitsOf(o, SINGLE, rounded);
  return { result, holds: isOrdinary(o, SINGLE, result), exact: () => o.eq<'f64'>(doubleOf(o, rounded), value) };
}

/** FCVT.D.S: exact, but for NaNs. */
export function widen(o: Emitter, bits: Bits): Flagged<Bits> {
  const single = floatOf(o, SINGLE, bits);
  const result = o.select<'i32' | 'i64'>(
    o.eq<'f32' | 'f64'>(single, single),
    bitsOf(o, DOUBLE, doubleOf(o, single)),
    constant(o, DOUBLE, DOUBLE.canonicalNaN),
  );
  return { result, flags: o.select(isSignalling(o, SINGLE, bits), FLAG.NV, 0) };
}
