import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { PureFunction, Value } from '../../isa/ir.js';
import { INFINITY } from './float-round.js';
import { FPSCR, FPSCR_INTERRUPTING } from './float-status.js';

/**
 * Floating-point bodies over the emitter. S0–S31 are registers 16–47, as bits. Most operations meet no NaN and no denormal,
 * round to nearest, and find IXC set long ago: those are one operation of the host. A test of the result tells that it was
 * so; everything else is a function in TypeScript, which works out the flags too.
 */

export type Single = Value<'f32'>;
export type Double = Value<'f64'>;

/** First of S0–S31 among the registers. */
export const FIRST_SINGLE = 16;

/** Vd:D and Vm:M as they stand in an encoding, D:Vd: the register's number. */
export function single(o: Emitter, field: Int): Int {
  const number = o.or(o.shl(o.and(field, 15), 1), o.shrU(field, 4));
  return o.add(number, FIRST_SINGLE);
}
/** Vn:N, which already stands in this order. */
export function singleN(o: Emitter, field: Int): Int {
  return o.add(field, FIRST_SINGLE);
}
/** The low half of D0–D15; the high half is the register behind it. */
export function double(o: Emitter, field: Int): Int {
  return o.add(o.shl(field, 1), FIRST_SINGLE);
}

export function asSingle(o: Emitter, bits: Int): Single {
  return o.pure('reinterpret', 'f32', bits);
}
export function asBits(o: Emitter, value: Single): Int {
  return o.pure('reinterpret', 'i32', value);
}
export function asDouble(o: Emitter, bits: Int): Double {
  return o.pure('promote', 'f64', asSingle(o, bits));
}

const MAGNITUDE = 0x7fff_ffff;
/** Magnitudes above the smallest normal number, which a smaller one may have been rounded to, and below infinity. */
const ORDINARY = { from: 0x0080_0001, below: 0x7f80_0000 } as const;

/** 1 where a result is an ordinary number: nothing has overflowed or underflowed, no operand was infinite or a NaN. */
export function isOrdinary(o: Emitter, bits: Int): Int {
  return o.ltU(o.sub(o.and(bits, MAGNITUDE), ORDINARY.from), ORDINARY.below - ORDINARY.from);
}
export function isZeroSingle(o: Emitter, bits: Int): Int {
  return o.eq(o.shl(bits, 1), 0);
}

/** 1 where all operands are zeros or have an exponent: there is nothing to flush. */
export function noDenormals(o: Emitter, operands: readonly Int[]): Int {
  const whole = (bits: Int) => o.or(o.ne(o.and(bits, INFINITY), 0), isZeroSingle(o, bits));
  return operands.reduce<Int>((all, bits) => o.and(all, whole(bits)), o.i32(1));
}

/** 1 where rounding is to nearest, denormals are numbers and IXC is set: the host's arithmetic is the FPU's. */
function isPlain(o: Emitter, fpscr: Int): Int {
  return o.eq(o.and(fpscr, FPSCR.RMode | FPSCR.FZ | FPSCR.IXC), FPSCR.IXC);
}
/** The same, or denormals are flushed, of which there are none among the operands. */
function isPlainHere(o: Emitter, fpscr: Int, operands: readonly Int[]): Int {
  const none = noDenormals(o, operands);
  const nearest = o.eq(o.and(fpscr, FPSCR.RMode | FPSCR.IXC), FPSCR.IXC);
  return o.and(nearest, o.or(none, o.eq(o.and(fpscr, FPSCR.FZ), 0)));
}

/** What the host makes of it, and when that is right. */
export interface Attempt {
  readonly result: Int;
  /** 1 where it is right, provided that arithmetic is plain. */
  readonly holds: Int;
  /** 1 where it is right too; asked where `holds` is 0. */
  readonly alsoHolds?: (o: Emitter) => Int;
  /** Operands that are singles, where not all are. */
  readonly operands?: readonly Int[];
}

/**
 * Gives the result of `attempt` where it is right, else that of a function of `operands`, and keeps its cumulative flags.
 * `write` puts the result where it belongs.
 */
export function compute(
  o: Emitter,
  attempt: Attempt,
  fn: PureFunction,
  operands: readonly Int[],
  write: (result: Int) => void,
): void {
  const fpscr = o.get('fpscr');
  const result = o.variable(attempt.result);
  const status = o.variable(fpscr);
  const plain = isPlain(o, fpscr);
  const otherwise = () => {
    const outcome = slowly(o, fn, operands, fpscr);
    result.set(outcome.result);
    status.set(outcome.status);
  };
  o.if(o.eq(o.and(plain, attempt.holds), 0), () => {
    const holds = attempt.alsoHolds ? o.or(attempt.holds, attempt.alsoHolds(o)) : attempt.holds;
    o.ifRare(o.eq(o.and(isPlainHere(o, fpscr, attempt.operands ?? operands), holds), 0), otherwise);
  });
  write(result.get());
  o.set('fpscr', status.get());
}

/** The function's result, and FPSCR with its flags. A flag that interrupts is told the core when it is new. */
export function slowly(
  o: Emitter,
  fn: PureFunction,
  operands: readonly Int[],
  fpscr: Int,
): { result: Int; status: Int } {
  const packed = o.call<'f64'>(fn, [...operands, fpscr]);
  const whole: Long = o.pure('truncSatU', 'i64', packed);
  const flags = o.wrap(o.shrU(whole, 32));
  const status = o.or(fpscr, flags);
  o.rarely(o.and(o.and(flags, o.not(fpscr)), FPSCR_INTERRUPTING), 'floatFlags', status);
  return { result: o.wrap(whole), status };
}

/** Always by the function. */
export function computeSlowly(
  o: Emitter,
  fn: PureFunction,
  operands: readonly Int[],
  write: (result: Int) => void,
): void {
  const { result, status } = slowly(o, fn, operands, o.get('fpscr'));
  write(result);
  o.set('fpscr', status);
}
