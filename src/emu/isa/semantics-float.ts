import type { PureOp, Type } from './ir.js';
import type { Scalar } from './semantics.js';

/**
 * Floating-point operations as WebAssembly defines them, for the reference evaluator. f32 values are numbers that
 * `Math.fround` leaves alone. The payload of a NaN is not carried: a NaN is one value here.
 */

type Float = (a: number, b: number) => number;

/** Rounds to an integer, ties to even (IEEE 754 roundToIntegralTiesToEven). */
function nearest(a: number): number {
  const down = Math.floor(a);
  const up = a - down < 0.5 || (a - down === 0.5 && down % 2 === 0) ? down : down + 1;
  return up === 0 ? Math.abs(up) * (Object.is(a, -0) || a < 0 ? -1 : 1) : up;
}

const FLOAT: Partial<Record<PureOp, Float>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  fdiv: (a, b) => a / b,
  sqrt: (a) => Math.sqrt(a),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  ceil: (a) => Math.ceil(a),
  floor: (a) => Math.floor(a),
  trunc: (a) => Math.trunc(a),
  nearest,
  promote: (a) => a,
  demote: (a) => Math.fround(a),
};

const COMPARE: Partial<Record<PureOp, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
};

/** Converts to an integer of `bits` bits, rounding toward zero, saturating, NaN to 0. */
function saturate(a: number, bits: bigint, signed: boolean): bigint {
  if (Number.isNaN(a)) return 0n;
  const [low, high] = signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  if (a <= Number(low)) return low;
  if (a >= Number(high)) return high;
  return BigInt(Math.trunc(a));
}

const view = new DataView(new ArrayBuffer(8));

function reinterpret(a: Scalar, from: Type): Scalar {
  if (from === 'f32') view.setFloat32(0, a as number);
  else if (from === 'f64') view.setFloat64(0, a as number);
  else if (from === 'i32') view.setInt32(0, a as number);
  else view.setBigInt64(0, a as bigint);
  if (from === 'f32') return view.getInt32(0);
  if (from === 'f64') return view.getBigInt64(0);
  return from === 'i32' ? view.getFloat32(0) : view.getFloat64(0);
}

function convert(op: PureOp, from: Type, to: Type, a: Scalar): Scalar | undefined {
  if (op === 'reinterpret') return reinterpret(a, from);
  if (op === 'truncSatS' || op === 'truncSatU') {
    const value = saturate(a as number, to === 'i64' ? 64n : 32n, op === 'truncSatS');
    return to === 'i64' ? BigInt.asIntN(64, value) : Number(BigInt.asIntN(32, value));
  }
  if (op !== 'convertS' && op !== 'convertU') return undefined;
  const width = from === 'i64' ? 64 : 32;
  const whole = op === 'convertS' ? BigInt.asIntN(width, BigInt(a)) : BigInt.asUintN(width, BigInt(a));
  return to === 'f32' ? froundInteger(whole) : Number(whole);
}

/** An integer as f32, rounded once (through f64 it would be rounded twice). */
function froundInteger(value: bigint): number {
  const size = value < 0n ? -value : value;
  const spare = size.toString(2).length - 53;
  if (spare <= 0) return Math.fround(Number(value));
  // keep 53 bits and fold what is lost into the lowest one, so that the second rounding sees it
  const kept = (size >> BigInt(spare)) | (size & ((1n << BigInt(spare)) - 1n) ? 1n : 0n);
  return Math.fround(Number(kept) * 2 ** spare) * (value < 0n ? -1 : 1);
}

/** Evaluates a floating-point operation or a conversion; undefined if `op` is neither. */
export function evaluateFloat(op: PureOp, from: Type, to: Type, args: readonly Scalar[]): Scalar | undefined {
  const converted = convert(op, from, to, args[0]!);
  if (converted !== undefined) return converted;
  const [a, b] = args as readonly [number, number];
  const compare = COMPARE[op];
  if (compare) return compare(a, b) ? 1 : 0;
  const value = FLOAT[op]?.(a, b);
  return value === undefined || to === 'f64' ? value : Math.fround(value);
}
