import type { Emitter, Int } from '../../isa/emitter.js';
import { type Bits, constant, floatOf, isAnyNaN, isNegative, isSignalling, type Precision } from './float-precision.js';
import { FLAG } from './float-status.js';

/** Comparisons (Unpriv 11.8), minimum and maximum (11.6) and the sign injections (11.7). */

export interface Flagged<T> {
  readonly result: T;
  readonly flags: Int;
}
export type Comparison = (o: Emitter, precision: Precision, a: Bits, b: Bits) => Flagged<Int>;
export type Choice = (o: Emitter, precision: Precision, a: Bits, b: Bits) => Flagged<Bits>;
export type Injection = (o: Emitter, precision: Precision, a: Bits, b: Bits) => Bits;

const invalidWhere = (o: Emitter, condition: Int): Int => o.select(condition, FLAG.NV, 0);
const eitherSignalling = (o: Emitter, precision: Precision, a: Bits, b: Bits): Int =>
  o.or(isSignalling(o, precision, a), isSignalling(o, precision, b));

/** FLT and FLE are signalling: any NaN is an invalid operation. FEQ is quiet. */
const compares =
  (name: 'eq' | 'lt' | 'le'): Comparison =>
  (o, precision, a, b) => {
    const result = o.pure(name, 'i32', floatOf(o, precision, a), floatOf(o, precision, b));
    const invalid =
      name === 'eq' ? eitherSignalling(o, precision, a, b) : o.or(isAnyNaN(o, precision, a), isAnyNaN(o, precision, b));
    return { result, flags: invalidWhere(o, invalid) };
  };
export const feq = compares('eq');
export const flt = compares('lt');
export const fle = compares('le');

/** minimumNumber and maximumNumber of IEEE 754-2019: the other operand of a NaN, the canonical NaN of two; −0 is below +0. */
const chooses =
  (largest: boolean): Choice =>
  (o, precision, a, b) => {
    const [x, y] = [floatOf(o, precision, a), floatOf(o, precision, b)];
    const beyond = largest ? o.pure('lt', 'i32', y, x) : o.pure('lt', 'i32', x, y);
    const sign = largest ? o.eq(isNegative(o, a), 0) : isNegative(o, a);
    const alike = o.and(o.eq<'f32' | 'f64'>(x, y), sign);
    const first = o.or(o.or(beyond, alike), isAnyNaN(o, precision, b));
    const chosen = o.select<'i32' | 'i64'>(first, a, b);
    const nan = constant(o, precision, precision.canonicalNaN);
    const result = o.select<'i32' | 'i64'>(isAnyNaN(o, precision, chosen), nan, chosen);
    return { result, flags: invalidWhere(o, eitherSignalling(o, precision, a, b)) };
  };
export const fmin = chooses(false);
export const fmax = chooses(true);

const signOf = (o: Emitter, precision: Precision, bits: Bits): Bits =>
  o.and<'i32' | 'i64'>(bits, constant(o, precision, precision.sign));
const withSign = (o: Emitter, precision: Precision, a: Bits, sign: Bits): Bits =>
  o.or<'i32' | 'i64'>(o.and<'i32' | 'i64'>(a, constant(o, precision, precision.sign - 1n)), sign);

export const fsgnj: Injection = (o, precision, a, b) => withSign(o, precision, a, signOf(o, precision, b));
export const fsgnjn: Injection = (o, precision, a, b) =>
  withSign(o, precision, a, signOf(o, precision, o.xor<'i32' | 'i64'>(b, -1)));
export const fsgnjx: Injection = (o, precision, a, b) => o.xor<'i32' | 'i64'>(a, signOf(o, precision, b));
