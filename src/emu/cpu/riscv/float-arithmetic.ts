import type { Emitter, Int } from '../../isa/emitter.js';
import type { PureOp } from '../../isa/ir.js';
import { errorOfProduct, errorOfSum, hasError, isSplittable } from './float-exact.js';
import {
  type Bits,
  bitsOf,
  constant,
  type Double,
  doubleOf,
  type Float,
  floatOf,
  isBelowInfinity,
  isOrdinary,
  isZero,
  type Precision,
} from './float-precision.js';
import type { Attempt } from './float-rounding.js';

/** FADD, FMUL and the others (Unpriv 11.6, 12.4) as the host does them, and when that is right. */

export type Operation = (o: Emitter, precision: Precision, operands: readonly Bits[]) => Attempt;

const same = (o: Emitter, a: Float, b: Float): Int => o.eq<'f32' | 'f64'>(a, b);
const isNought = (o: Emitter, value: Double): Int => o.eq<'f64'>(value, o.float('f64', 0));

/** A single's operation on its operands as doubles; exact where the double's is no other number. */
const op = (o: Emitter, name: PureOp, ...args: readonly Float[]): Float => o.pure(name, args[0]!.type, ...args);

/** A finite sum is inexact at most: one below the normal numbers is exact, and to nearest zeros have the sign they should. */
const sumOf =
  (name: 'add' | 'sub'): Operation =>
  (o, precision, [left, right]) => {
    const [a, b] = [floatOf(o, precision, left!), floatOf(o, precision, right!)];
    const result = bitsOf(o, precision, op(o, name, a, b));
    const holds = isBelowInfinity(o, precision, result);
    const exact = () => {
      const [x, y] = [doubleOf(o, a), doubleOf(o, b)];
      const addend = name === 'add' ? y : o.pure('neg', 'f64', y);
      const s = doubleOf(o, floatOf(o, precision, result));
      if (precision.float === 'f64') return o.and(holds, isNought(o, errorOfSum(o, x, addend, s)));
      const wide = o.add<'f64'>(x, addend);
      return o.and(o.and(holds, isNought(o, errorOfSum(o, x, addend, wide))), same(o, wide, s));
    };
    return { result, holds, exact };
  };

export const add: Operation = sumOf('add');
export const sub: Operation = sumOf('sub');

/** 1 where a × b is exactly c, all three of the same format. */
function isProduct(o: Emitter, precision: Precision, a: Float, b: Float, c: Float): Int {
  if (precision.float === 'f32') return same(o, o.mul<'f64'>(doubleOf(o, a), doubleOf(o, b)), doubleOf(o, c));
  const [x, y] = [a as Double, b as Double];
  const p = o.mul<'f64'>(x, y);
  const found = o.and(same(o, p, c), isNought(o, errorOfProduct(o, x, y, p)));
  return o.and(found, isSplittable(o, x, y, p));
}

export const mul: Operation = (o, precision, [left, right]) => {
  const [a, b] = [floatOf(o, precision, left!), floatOf(o, precision, right!)];
  const product = op(o, 'mul', a, b);
  const result = bitsOf(o, precision, product);
  const holds = isOrdinary(o, precision, result);
  // a product that is zero is exact where a factor is
  const nought = () => o.and(isZero(o, result), o.or(isZero(o, left!), isZero(o, right!)));
  return { result, holds, exact: () => o.or(nought(), o.and(holds, isProduct(o, precision, a, b, product))) };
};

export const div: Operation = (o, precision, [left, right]) => {
  const [a, b] = [floatOf(o, precision, left!), floatOf(o, precision, right!)];
  const quotient = op(o, 'fdiv', a, b);
  const result = bitsOf(o, precision, quotient);
  const holds = isOrdinary(o, precision, result);
  // 0 ÷ 0 is a NaN
  const nought = () => o.and(isZero(o, result), isZero(o, left!));
  return { result, holds, exact: () => o.or(nought(), o.and(holds, isProduct(o, precision, quotient, b, a))) };
};

/** The root of what is not negative is an ordinary number, or a zero or infinity like its operand. */
export const sqrt: Operation = (o, precision, [operand]) => {
  const a = floatOf(o, precision, operand!);
  const root = op(o, 'sqrt', a);
  const result = bitsOf(o, precision, root);
  const holds = isBelowInfinity(o, precision, result);
  return { result, holds, exact: () => o.and(holds, isProduct(o, precision, root, root, a)) };
};

/** Bits of a double that a single has no room for, and the middle between two singles. */
const BELOW_SINGLE = 0x1fff_ffff;
const MIDDLE = 0x1000_0000;

/**
 * The product of singles is exact as a double. Its sum with the third may have been rounded, which matters to rounding it
 * again only where it lies in the middle between two singles.
 */
function fusedSingle(o: Emitter, precision: Precision, [a, b, c]: readonly Double[]): Attempt {
  const product = o.mul<'f64'>(a!, b!);
  const s = o.add<'f64'>(product, c!);
  const rounded = o.pure('demote', 'f32', s);
  const result = bitsOf(o, precision, rounded);
  const clear = o.ne(o.and(o.wrap(o.pure('reinterpret', 'i64', s)), BELOW_SINGLE), MIDDLE);
  const exact = () => o.and(isNought(o, errorOfSum(o, product, c!, s)), same(o, doubleOf(o, rounded), s));
  return { result, holds: o.and(clear, isOrdinary(o, precision, result)), exact };
}

/** More than the error of a sum of two errors, and far less than what separates most sums from the middle of two numbers. */
const DOUBT = 2 ** -50;

/**
 * a × b = p + e and p + c = s + t exactly. What t + e has been rounded by makes no difference to the sum with s where both
 * ends of what it can have been give the same; factors that are too large to be split make it a NaN.
 */
function fusedDouble(o: Emitter, precision: Precision, [a, b, c]: readonly Double[]): Attempt {
  const p = o.mul<'f64'>(a!, b!);
  const e = errorOfProduct(o, a!, b!, p);
  const s = o.add<'f64'>(p, c!);
  const t = errorOfSum(o, p, c!, s);
  const rest = o.add<'f64'>(t, e);
  const sum = o.add<'f64'>(s, rest);
  const result = bitsOf(o, precision, sum);
  const end = (factor: number) => o.add<'f64'>(s, o.mul<'f64'>(rest, o.float('f64', factor)));
  const clear = same(o, end(1 - DOUBT), end(1 + DOUBT));
  const exact = () => {
    const nothingLost = o.and(isNought(o, errorOfSum(o, s, rest, sum)), isNought(o, errorOfSum(o, t, e, rest)));
    // of zeros s has the sign, which a rest of +0 may have taken away
    const signed = o.or(o.eq<'i32' | 'i64'>(result, bitsOf(o, precision, s)), o.eq(isZero(o, result), 0));
    const known = o.and(isSplittable(o, a!, b!, p), isBelowInfinity(o, precision, result));
    return o.and(o.and(known, signed), nothingLost);
  };
  const holds = o.and(o.and(hasError(o, p), clear), isOrdinary(o, precision, result));
  return { result, holds, exact };
}

/** a × b + c. */
export const fma: Operation = (o, precision, operands) => {
  const doubles = operands.map((bits) => doubleOf(o, floatOf(o, precision, bits)));
  return precision.float === 'f32' ? fusedSingle(o, precision, doubles) : fusedDouble(o, precision, doubles);
};

export function negated(o: Emitter, precision: Precision, bits: Bits): Bits {
  return o.xor<'i32' | 'i64'>(bits, constant(o, precision, precision.sign));
}
