import type { PureOp, Type } from './ir.js';

/**
 * What every pure operation means, on JavaScript values: i32 as a signed number, i64 as a signed BigInt, f32/f64 as
 * numbers. Used to fold constants, to compute record operands at decode time, and by the reference evaluator.
 */
export type Scalar = number | bigint;

const i32 = (x: number) => x | 0;
const i64 = (x: bigint) => BigInt.asIntN(64, x);
const u64 = (x: bigint) => BigInt.asUintN(64, x);
const truth = (x: boolean) => (x ? 1 : 0);

type Fold = (a: number, b: number, c: number) => number;
type Fold64 = (a: bigint, b: bigint) => Scalar;

const INT: Partial<Record<PureOp, Fold>> = {
  add: (a, b) => i32(a + b),
  sub: (a, b) => i32(a - b),
  mul: (a, b) => Math.imul(a, b),
  divS: (a, b) => (b === 0 ? 0 : i32(a / b)),
  divU: (a, b) => (b === 0 ? 0 : i32((a >>> 0) / (b >>> 0))),
  remS: (a, b) => (b === 0 ? a : i32(a % b)),
  remU: (a, b) => (b === 0 ? a : i32((a >>> 0) % (b >>> 0))),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shrS: (a, b) => a >> b,
  shrU: (a, b) => i32(a >>> b),
  rotr: (a, b) => i32((a >>> (b & 31)) | (a << (-b & 31))),
  clz: (a) => Math.clz32(a),
  ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
  popcnt: (a) => {
    let n = 0;
    for (let w = a >>> 0; w !== 0; w = (w & (w - 1)) >>> 0) n++;
    return n;
  },
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  ltS: (a, b) => truth(a < b),
  ltU: (a, b) => truth(a >>> 0 < b >>> 0),
  leS: (a, b) => truth(a <= b),
  leU: (a, b) => truth(a >>> 0 <= b >>> 0),
  extend8S: (a) => (a << 24) >> 24,
  extend16S: (a) => (a << 16) >> 16,
};

const INT64: Partial<Record<PureOp, Fold64>> = {
  add: (a, b) => i64(a + b),
  sub: (a, b) => i64(a - b),
  mul: (a, b) => i64(a * b),
  divS: (a, b) => (b === 0n ? 0n : i64(a / b)),
  divU: (a, b) => (b === 0n ? 0n : i64(u64(a) / u64(b))),
  remS: (a, b) => (b === 0n ? a : i64(a % b)),
  remU: (a, b) => (b === 0n ? a : i64(u64(a) % u64(b))),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => i64(a << (b & 63n)),
  shrS: (a, b) => a >> (b & 63n),
  shrU: (a, b) => i64(u64(a) >> (b & 63n)),
  rotr: (a, b) => i64((u64(a) >> (b & 63n)) | (u64(a) << (-b & 63n))),
  clz: (a) => BigInt(64 - (u64(a) === 0n ? 0 : u64(a).toString(2).length)),
  ctz: (a) => BigInt(a === 0n ? 64 : (u64(a) & u64(-a)).toString(2).length - 1),
  popcnt: (a) => BigInt([...u64(a).toString(2)].filter((digit) => digit === '1').length),
  eq: (a, b) => truth(a === b),
  ne: (a, b) => truth(a !== b),
  ltS: (a, b) => truth(a < b),
  ltU: (a, b) => truth(u64(a) < u64(b)),
  leS: (a, b) => truth(a <= b),
  leU: (a, b) => truth(u64(a) <= u64(b)),
  extend8S: (a) => BigInt.asIntN(8, a),
  extend16S: (a) => BigInt.asIntN(16, a),
};

/**
 * Folds an integer operation on constants; `operands` is the type of its arguments.
 * Returns undefined for floating-point operations, which are never folded (NaN payloads would be lost).
 */
export function fold(op: PureOp, operands: Type, args: readonly Scalar[]): Scalar | undefined {
  if (op === 'select') return args[0] !== 0 ? args[1] : args[2];
  if (op === 'wrap') return Number(BigInt.asIntN(32, args[0] as bigint));
  if (op === 'extendS' && operands === 'i32') return BigInt(args[0] as number);
  if (op === 'extendU' && operands === 'i32') return BigInt((args[0] as number) >>> 0);
  if (operands === 'i32') return INT[op]?.(args[0] as number, (args[1] ?? 0) as number, 0);
  if (operands === 'i64') return INT64[op]?.(args[0] as bigint, (args[1] ?? 0n) as bigint);
  return undefined;
}
