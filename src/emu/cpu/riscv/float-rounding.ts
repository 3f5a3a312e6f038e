import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { SoftFunction } from './float-functions.js';
import { type Bits, constant, DOUBLE, type Double } from './float-precision.js';
import { FLAG, ROUND } from './float-status.js';

/**
 * Operations whose result is rounded. Most meet no NaN, round to nearest, and find NX set long ago: those are one operation
 * of the host. A test of the result tells that it was so; else an error-free transformation may tell that the result is
 * exact; everything else is a function in TypeScript, which works out the flags too.
 */

/** The rounding mode: the field rm's, or frm's where that says so (Unpriv 11.2). It may turn out to be a reserved one. */
export function roundingMode(o: Emitter, rm: Int): Int {
  const dynamic = o.eq(rm, ROUND.dynamic);
  const known = o.constant(dynamic);
  if (known !== undefined) return known === 0 ? rm : o.get('frm');
  return o.select(dynamic, o.get('frm'), rm);
}

/** An instruction with a reserved mode is illegal; the helper raises the exception. */
export function checkMode(o: Emitter, mode: Int): void {
  const reserved = o.ltU(ROUND.nearestAway, mode);
  if (o.constant(reserved) === undefined) o.rarely(reserved, 'reservedRounding', mode);
}

/** What the host makes of it, rounding to nearest, and when that is right. */
export interface Attempt {
  readonly result: Bits;
  /** 1 where it is right and no flag but NX is raised. */
  readonly holds: Int;
  /** 1 where it is right and raises no flag at all; asked where NX is not set yet, or `holds` is 0. */
  readonly exact: (o: Emitter) => Int;
}

/** A result, and the flags that it adds. */
export interface Rounded {
  readonly result: Bits;
  readonly fflags: Int;
}

/** Gives the result of `attempt` where it is right, else that of a function of `operands`; and fflags with its flags. */
export function compute(o: Emitter, rm: Int, attempt: Attempt, fn: SoftFunction, operands: readonly Bits[]): Rounded {
  const mode = roundingMode(o, rm);
  const before = o.get('fflags');
  const result = o.variable<'i32' | 'i64'>(attempt.result);
  const fflags = o.variable(before);
  const unlike = o.or(mode, o.xor(o.and(before, FLAG.NX), FLAG.NX));
  o.if(o.or(unlike, o.eq(attempt.holds, 0)), () => {
    const exact = o.and(o.eq(mode, ROUND.nearestEven), attempt.exact(o));
    o.ifRare(o.eq(exact, 0), () => {
      checkMode(o, mode);
      const outcome = slowly(o, fn, operands, mode);
      result.set(outcome.result);
      fflags.set(o.or(before, outcome.flags));
    });
  });
  return { result: result.get(), fflags: fflags.get() };
}

function slowly(o: Emitter, fn: SoftFunction, operands: readonly Bits[], mode: Int): { result: Bits; flags: Int } {
  const args = [...operands.flatMap((bits) => wordsOf(o, bits)), mode];
  if ('packed' in fn) {
    const packed: Long = o.pure('truncSatU', 'i64', o.call<'f64'>(fn.packed, args));
    return { result: o.wrap(packed), flags: o.wrap(o.shrU<'i64'>(packed, 32)) };
  }
  const value: Double = o.call<'f64'>(fn.value, args);
  // which NaN the host passes is its own affair
  const bits = o.select<'i64'>(
    o.pure('eq', 'i32', value, value),
    o.pure('reinterpret', 'i64', value),
    constant(o, DOUBLE, DOUBLE.canonicalNaN) as Long,
  );
  return { result: bits, flags: o.call<'i32'>(fn.flags, args) };
}

function wordsOf(o: Emitter, bits: Bits): readonly Int[] {
  return bits.type === 'i32' ? [bits as Int] : [o.wrap(bits as Long), o.wrap(o.shrU<'i64'>(bits as Long, 32))];
}
