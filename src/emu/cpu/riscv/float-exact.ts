import type { Emitter, Int } from '../../isa/emitter.js';
import type { Double } from './float-precision.js';

/** Error-free transformations: the rounding error of a sum or product is a number that can be worked out (Knuth; Dekker, Veltkamp). */

/** What a + b lacks to the exact sum, for the rounded sum `s`. */
export function errorOfSum(o: Emitter, a: Double, b: Double, s: Double): Double {
  const part = o.sub<'f64'>(s, a);
  return o.add<'f64'>(o.sub<'f64'>(a, o.sub<'f64'>(s, part)), o.sub<'f64'>(b, part));
}

/** Splits a number into two of 26 bits each at most. */
function split(o: Emitter, a: Double): readonly [high: Double, low: Double] {
  const wide = o.mul<'f64'>(o.float('f64', 2 ** 27 + 1), a);
  const high = o.sub<'f64'>(wide, o.sub<'f64'>(wide, a));
  return [high, o.sub<'f64'>(a, high)];
}

/** What a × b lacks to the exact product, for the rounded product `p`. Only where `isSplittable` holds. */
export function errorOfProduct(o: Emitter, a: Double, b: Double, p: Double): Double {
  const [highA, lowA] = split(o, a);
  const [highB, lowB] = split(o, b);
  const highest = o.sub<'f64'>(o.mul<'f64'>(highA, highB), p);
  const middle = o.add<'f64'>(o.add<'f64'>(highest, o.mul<'f64'>(highA, lowB)), o.mul<'f64'>(lowA, highB));
  return o.add<'f64'>(middle, o.mul<'f64'>(lowA, lowB));
}

/** Larger factors overflow when they are split; a smaller product has an error below the smallest number. */
const LARGEST_FACTOR = 2 ** 990;
const LEAST_PRODUCT = 2 ** -960;

/** 1 where a product is so large that its error is a number. */
export function hasError(o: Emitter, p: Double): Int {
  return o.pure('le', 'i32', o.float('f64', LEAST_PRODUCT), o.pure('abs', 'f64', p));
}

/** 1 where the error of the product is a number that `errorOfProduct` finds, or a factor is 0. */
export function isSplittable(o: Emitter, a: Double, b: Double, p: Double): Int {
  const small = (value: Double) => o.pure('lt', 'i32', o.pure('abs', 'f64', value), o.float('f64', LARGEST_FACTOR));
  const zero = o.float('f64', 0);
  const nought = o.or(o.eq<'f64'>(a, zero), o.eq<'f64'>(b, zero));
  return o.and(o.and(small(a), small(b)), o.or(hasError(o, p), nought));
}
