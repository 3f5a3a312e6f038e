import {
  exponentOf,
  flush,
  flushed,
  INFINITY,
  invalid,
  isInfinite,
  isNaNBits,
  isSignalling,
  isZero,
  pack,
  powerOfTwo,
  processNaN,
  processNaNs,
  roundToSingle,
  SIGN,
  singleOf,
  sumToOdd,
  zeroOfSum,
} from './float-round.js';
import { FPSCR } from './float-status.js';

/** FPAdd(), FPMul() and the others of A2.5.4: operands are bits; results are packed with their flags (see float-round.ts). */

type Operation = (a: number, b: number, fpscr: number, flags: number) => number;

/** What two-operand functions have in common: flushing, NaNs in order. */
function binary(x: number, y: number, fpscr: number, operation: Operation): number {
  const a = flush(x, fpscr);
  const b = flush(y, fpscr);
  const flags = flushed(x, a) | flushed(y, b);
  if (isNaNBits(a) || isNaNBits(b)) return processNaNs(a, b, fpscr, flags);
  return operation(a, b, fpscr, flags);
}

/** The sum of what are no NaNs. */
const sum: Operation = (a, b, fpscr, flags) => {
  if (isInfinite(a) || isInfinite(b)) {
    if (isInfinite(a) && isInfinite(b) && a !== b) return invalid(flags);
    return pack(isInfinite(a) ? a : b, flags);
  }
  if (isZero(a) && isZero(b)) return pack(a === b ? a : zeroOfSum(fpscr), flags);
  const value = sumToOdd(singleOf(a), singleOf(b));
  return value === 0 ? pack(zeroOfSum(fpscr), flags) : roundToSingle(value, fpscr, flags);
};
const difference: Operation = (a, b, fpscr, flags) => sum(a, b ^ SIGN, fpscr, flags);

const product: Operation = (a, b, fpscr, flags) => {
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a) || isInfinite(b)) {
    return isZero(a) || isZero(b) ? invalid(flags) : pack(sign | INFINITY, flags);
  }
  if (isZero(a) || isZero(b)) return pack(sign, flags);
  return roundToSingle(singleOf(a) * singleOf(b), fpscr, flags);
};

const quotient: Operation = (a, b, fpscr, flags) => {
  const sign = (a ^ b) & SIGN;
  if ((isInfinite(a) && isInfinite(b)) || (isZero(a) && isZero(b))) return invalid(flags);
  if (isInfinite(a)) return pack(sign | INFINITY, flags);
  if (isZero(b)) return pack(sign | INFINITY, flags | FPSCR.DZC);
  if (isZero(a) || isInfinite(b)) return pack(sign, flags);
  return roundToSingle(quotientToOdd(singleOf(a), singleOf(b)), fpscr, flags);
};

/** A quotient of singles to 27 bits at least, the lowest of them set where a remainder is left. */
function quotientToOdd(a: number, b: number): number {
  const exponent = exponentOf(a);
  const other = exponentOf(b);
  // whole numbers of 24 bits, and the dividend 27 bits further up
  const dividend = Math.abs(a) * powerOfTwo(50 - exponent);
  const divisor = Math.abs(b) * powerOfTwo(23 - other);
  let whole = Math.floor(dividend / divisor);
  // the division itself was rounded
  if (whole * divisor > dividend) whole -= 1;
  const value = whole * 2 + (whole * divisor === dividend ? 0 : 1);
  return (a < 0 !== b < 0 ? -value : value) * powerOfTwo(exponent - other - 28);
}

export const floatAdd = (a: number, b: number, fpscr: number): number => binary(a, b, fpscr, sum);
export const floatSubtract = (a: number, b: number, fpscr: number): number => binary(a, b, fpscr, difference);
export const floatMultiply = (a: number, b: number, fpscr: number): number => binary(a, b, fpscr, product);
export const floatDivide = (a: number, b: number, fpscr: number): number => binary(a, b, fpscr, quotient);

/** FPSqrt(). */
export function floatSquareRoot(x: number, fpscr: number): number {
  const a = flush(x, fpscr);
  const flags = flushed(x, a);
  if ((a & 0x7fff_ffff) > INFINITY) return processNaN(a, fpscr, flags);
  if (isZero(a) || a === INFINITY) return pack(a, flags);
  return a < 0 ? invalid(flags) : roundToSingle(rootToOdd(singleOf(a)), fpscr, flags);
}

/** A square root to 26 bits, the lowest of them set where a remainder is left. */
function rootToOdd(value: number): number {
  // an even power of two is left outside; a whole number of 50 or 51 bits is left
  const even = (exponentOf(value) - 49) & ~1;
  const radicand = value * powerOfTwo(-even);
  let root = Math.floor(Math.sqrt(radicand));
  if (root * root > radicand) root -= 1;
  return (root * 2 + (root * root === radicand ? 0 : 1)) * powerOfTwo(even / 2 - 1);
}

/** FPMulAdd(): addend + a × b, rounded once. */
export function floatMultiplyAdd(z: number, x: number, y: number, fpscr: number): number {
  const c = flush(z, fpscr);
  const a = flush(x, fpscr);
  const b = flush(y, fpscr);
  const flags = flushed(z, c) | flushed(x, a) | flushed(y, b);
  const noProduct = (isInfinite(a) && isZero(b)) || (isZero(a) && isInfinite(b));
  if (isNaNBits(c) || isNaNBits(a) || isNaNBits(b)) {
    // beside a quiet addend ∞ × 0 is invalid all the same
    if (noProduct && !isSignalling(c)) return invalid(flags);
    return isSignalling(c) || (isNaNBits(c) && !isSignalling(a) && !isSignalling(b))
      ? processNaN(c, fpscr, flags)
      : processNaNs(a, b, fpscr, flags);
  }
  if (noProduct) return invalid(flags);
  const sign = (a ^ b) & SIGN;
  if (isInfinite(a) || isInfinite(b)) {
    return isInfinite(c) && (c & SIGN) !== sign ? invalid(flags) : pack(sign | INFINITY, flags);
  }
  if (isInfinite(c)) return pack(c, flags);
  const noneLeft = isZero(a) || isZero(b);
  if (noneLeft && isZero(c)) return pack((c & SIGN) === sign ? c : zeroOfSum(fpscr), flags);
  const value = sumToOdd(singleOf(a) * singleOf(b), singleOf(c));
  return value === 0 ? pack(zeroOfSum(fpscr), flags) : roundToSingle(value, fpscr, flags);
}

/** FPCompare(): N, Z, C, V in bits 31:28. `quietToo`: VCMPE, for which a quiet NaN is invalid as well. */
export function floatCompare(x: number, y: number, fpscr: number, quietToo: boolean): number {
  const a = flush(x, fpscr);
  const b = flush(y, fpscr);
  const flags = flushed(x, a) | flushed(y, b);
  if (isNaNBits(a) || isNaNBits(b)) {
    const raises = quietToo || isSignalling(a) || isSignalling(b);
    return pack(FPSCR.C | FPSCR.V, raises ? flags | FPSCR.IOC : flags);
  }
  const left = singleOf(a);
  const right = singleOf(b);
  if (left === right) return pack(FPSCR.Z | FPSCR.C, flags);
  return pack(left < right ? FPSCR.N : FPSCR.C, flags);
}
