import type { Emitter, Int } from '../../isa/emitter.js';
import type { Value } from '../../isa/ir.js';

/** A floating-point number as its bits: a word for single precision, a long for double. */
export type Bits = Value<'i32' | 'i64'>;
/** The same as a number of the host. */
export type Float = Value<'f32' | 'f64'>;
export type Double = Value<'f64'>;

/** One of the formats of Unpriv 11.2 and 12 (IEEE 754-2008 binary32 and binary64), with its numbers as bits. */
export interface Precision {
  readonly float: 'f32' | 'f64';
  readonly bits: 'i32' | 'i64';
  readonly width: 32 | 64;
  readonly sign: bigint;
  readonly infinity: bigint;
  /** The smallest normal number. */
  readonly leastNormal: bigint;
  /** The only NaN that operations give (Unpriv 11.3): it is quiet, and so is every NaN whose magnitude is not below it. */
  readonly canonicalNaN: bigint;
}

export const SINGLE: Precision = {
  float: 'f32',
  bits: 'i32',
  width: 32,
  sign: 0x8000_0000n,
  infinity: 0x7f80_0000n,
  leastNormal: 0x0080_0000n,
  canonicalNaN: 0x7fc0_0000n,
};

export const DOUBLE: Precision = {
  float: 'f64',
  bits: 'i64',
  width: 64,
  sign: 0x8000_0000_0000_0000n,
  infinity: 0x7ff0_0000_0000_0000n,
  leastNormal: 0x0010_0000_0000_0000n,
  canonicalNaN: 0x7ff8_0000_0000_0000n,
};

export function constant(o: Emitter, { bits }: Precision, value: bigint): Bits {
  return bits === 'i32' ? o.i32(Number(BigInt.asIntN(32, value))) : o.i64(value);
}

export function floatOf(o: Emitter, precision: Precision, bits: Bits): Float {
  return o.pure('reinterpret', precision.float, bits);
}
export function bitsOf(o: Emitter, precision: Precision, float: Float): Bits {
  return o.pure('reinterpret', precision.bits, float);
}
/** The value as a double, which holds every single exactly. */
export function doubleOf(o: Emitter, float: Float): Double {
  return float.type === 'f64' ? (float as Double) : o.pure('promote', 'f64', float);
}

/** Twice the magnitude, unsigned: bits without their sign, in the order of the numbers. */
function magnitude(o: Emitter, bits: Bits): Bits {
  return o.shl<'i32' | 'i64'>(bits, 1);
}
/** 1 where twice a magnitude is at least `from` and below `below`. */
function within(o: Emitter, precision: Precision, bits: Bits, from: bigint, below: bigint): Int {
  const above = o.sub<'i32' | 'i64'>(magnitude(o, bits), constant(o, precision, 2n * from));
  return o.ltU<'i32' | 'i64'>(above, constant(o, precision, 2n * (below - from)));
}

export function isAnyNaN(o: Emitter, precision: Precision, bits: Bits): Int {
  return o.ltU<'i32' | 'i64'>(constant(o, precision, 2n * precision.infinity), magnitude(o, bits));
}
export function isSignalling(o: Emitter, precision: Precision, bits: Bits): Int {
  return within(o, precision, bits, precision.infinity + 1n, precision.canonicalNaN);
}
export function isBelowInfinity(o: Emitter, precision: Precision, bits: Bits): Int {
  return o.ltU<'i32' | 'i64'>(magnitude(o, bits), constant(o, precision, 2n * precision.infinity));
}
export function isZero(o: Emitter, bits: Bits): Int {
  return o.eq<'i32' | 'i64'>(magnitude(o, bits), 0);
}
/**
 * 1 where a result is above the smallest normal number, which a smaller one may have been rounded to, and below infinity:
 * nothing has overflowed or underflowed, no operand was infinite or a NaN.
 */
export function isOrdinary(o: Emitter, precision: Precision, bits: Bits): Int {
  return within(o, precision, bits, precision.leastNormal + 1n, precision.infinity);
}
/** 1 where the sign bit is set. */
export function isNegative(o: Emitter, bits: Bits): Int {
  return o.ltS<'i32' | 'i64'>(bits, 0);
}

/** Twice the smallest normal number and twice infinity divide magnitudes into classes: FCLASS (Unpriv 11.9, table 11.5). */
export function classOf(o: Emitter, precision: Precision, bits: Bits): Int {
  const size = magnitude(o, bits);
  const reaches = (bound: bigint) => o.leU<'i32' | 'i64'>(constant(o, precision, 2n * bound), size);
  const notZero = o.ne<'i32' | 'i64'>(size, 0);
  const positive = o.add(o.add(4, notZero), o.add(reaches(precision.leastNormal), reaches(precision.infinity)));
  const number = o.select(isNegative(o, bits), o.sub(7, positive), positive);
  const kind = o.select(isAnyNaN(o, precision, bits), o.add(8, reaches(precision.canonicalNaN)), number);
  return o.shl(1, kind);
}
