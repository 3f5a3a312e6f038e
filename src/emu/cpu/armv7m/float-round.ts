import { FPSCR, ROUND, ROUND_SHIFT } from './float-status.js';

/**
 * FPRound() and FPUnpack() of A2.5.4 on JavaScript numbers. Every result of single precision has an exact value, or one
 * rounded to odd, in 53 bits: rounding that once more to 24 bits or fewer is then exact in every mode.
 *
 * Functions give a result and the cumulative flags that go with it as one number: bits + flags × 2³².
 */

const SCALE = 2 ** 32;
export const DEFAULT_NAN = 0x7fc0_0000;
export const INFINITY = 0x7f80_0000;
export const SIGN = 0x8000_0000 | 0;
const LARGEST = 0x7f7f_ffff;

export const pack = (bits: number, flags: number): number => (bits >>> 0) + flags * SCALE;
export const bitsOf = (packed: number): number => packed | 0;
export const flagsOf = (packed: number): number => Math.floor(packed / SCALE);

// Scratch of the functions below; words are little-endian, as everywhere in a machine's memory.
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new Uint32Array(double.buffer);

/** The value of a single. */
export function singleOf(bits: number): number {
  singleBits[0] = bits;
  return single[0]!;
}
/** 2ⁿ for −1022 ≤ n ≤ 1023: quicker than Math.pow. */
export function powerOfTwo(n: number): number {
  doubleBits[0] = 0;
  doubleBits[1] = (n + 1023) << 20;
  return double[0]!;
}

export const magnitude = (bits: number): number => bits & 0x7fff_ffff;
export const isNaNBits = (bits: number): boolean => magnitude(bits) > INFINITY;
export const isSignalling = (bits: number): boolean => isNaNBits(bits) && (bits & 0x0040_0000) === 0;
export const isInfinite = (bits: number): boolean => magnitude(bits) === INFINITY;
export const isZero = (bits: number): boolean => magnitude(bits) === 0;

/** FPUnpack(): with FPSCR.FZ a denormal is a zero of its sign, which `flushed` tells. */
export function flush(bits: number, fpscr: number): number {
  const denormal = (bits & INFINITY) === 0;
  return denormal && (fpscr & FPSCR.FZ) !== 0 ? bits & SIGN : bits;
}
/** IDC where one of the operands was flushed. */
export const flushed = (before: number, after: number): number => (before === after ? 0 : FPSCR.IDC);

/** FPProcessNaN(): quiet, or the default NaN; a signalling one is an invalid operation. */
export function processNaN(bits: number, fpscr: number, flags: number): number {
  const raised = isSignalling(bits) ? flags | FPSCR.IOC : flags;
  return pack((fpscr & FPSCR.DN) !== 0 ? DEFAULT_NAN : bits | 0x0040_0000, raised);
}
/** FPProcessNaNs(), of which one at least is a NaN: signalling ones first, in order. */
export function processNaNs(a: number, b: number, fpscr: number, flags: number): number {
  const chosen = isSignalling(a) ? a : isSignalling(b) ? b : isNaNBits(a) ? a : b;
  return processNaN(chosen, fpscr, flags);
}
export const invalid = (flags: number): number => pack(DEFAULT_NAN, flags | FPSCR.IOC);

/** The sign of an exact zero that is the sum of two numbers: that of minus infinity rounding is negative. */
export const zeroOfSum = (fpscr: number): number => (((fpscr >>> ROUND_SHIFT) & 3) === ROUND.minusInfinity ? SIGN : 0);

/** Whether a magnitude rounds up, of which `fraction` of a unit is lost. */
function roundsUp(mode: number, negative: boolean, unit: number, fraction: number): boolean {
  if (mode === ROUND.nearest) return fraction > 0.5 || (fraction === 0.5 && unit % 2 === 1);
  if (mode === ROUND.zero || fraction === 0) return false;
  return negative === (mode === ROUND.minusInfinity);
}
/** Whether what is too large becomes infinity rather than the largest number. */
function overflowsToInfinity(mode: number, negative: boolean): boolean {
  return mode === ROUND.nearest || (mode !== ROUND.zero && negative === (mode === ROUND.minusInfinity));
}

/** Unbiased exponent of a normal double. */
export function exponentOf(value: number): number {
  double[0] = value;
  return ((doubleBits[1]! >>> 20) & 0x7ff) - 1023;
}

/** FPRound() to single precision of a finite number that is not 0, with the flags so far. */
export function roundToSingle(value: number, fpscr: number, flags: number): number {
  const negative = value < 0;
  const sign = negative ? SIGN : 0;
  const own = exponentOf(value);
  if (own < -126 && (fpscr & FPSCR.FZ) !== 0) return pack(sign, flags | FPSCR.UFC);
  const exponent = Math.max(own, -126);
  const scaled = Math.abs(value) * powerOfTwo(23 - exponent);
  const unit = Math.floor(scaled);
  const fraction = scaled - unit;
  const mode = (fpscr >>> ROUND_SHIFT) & 3;
  let raised = flags;
  if (fraction !== 0) raised |= own < -126 ? FPSCR.UFC | FPSCR.IXC : FPSCR.IXC;
  // A carry out of the fraction makes the exponent one larger, as it should.
  const rounded = (exponent + 126) * 0x80_0000 + unit + (roundsUp(mode, negative, unit, fraction) ? 1 : 0);
  if (rounded < INFINITY) return pack(sign | rounded, raised);
  return pack(sign | (overflowsToInfinity(mode, negative) ? INFINITY : LARGEST), raised | FPSCR.OFC | FPSCR.IXC);
}

/** FPRound() to half precision: there is no flushing, and the alternative format has no infinity. */
export function roundToHalf(value: number, fpscr: number, flags: number): number {
  const negative = value < 0;
  const sign = negative ? 0x8000 : 0;
  const own = exponentOf(value);
  const exponent = Math.max(own, -14);
  const scaled = Math.abs(value) * powerOfTwo(10 - exponent);
  const unit = Math.floor(scaled);
  const fraction = scaled - unit;
  const mode = (fpscr >>> ROUND_SHIFT) & 3;
  let raised = flags;
  if (fraction !== 0) raised |= own < -14 ? FPSCR.UFC | FPSCR.IXC : FPSCR.IXC;
  const rounded = (exponent + 14) * 0x400 + unit + (roundsUp(mode, negative, unit, fraction) ? 1 : 0);
  if ((fpscr & FPSCR.AHP) !== 0) {
    // what is too large is invalid here, and neither an overflow nor inexact; an underflow cannot be
    return rounded < 0x8000 ? pack(sign | rounded, raised) : pack(sign | 0x7fff, flags | FPSCR.IOC);
  }
  if (rounded < 0x7c00) return pack(sign | rounded, raised);
  return pack(sign | (overflowsToInfinity(mode, negative) ? 0x7c00 : 0x7bff), raised | FPSCR.OFC | FPSCR.IXC);
}

/** A value in units, rounded to a whole number by a mode (FPToFixed()). */
export function roundToInteger(value: number, mode: number): number {
  const down = Math.floor(value);
  const fraction = value - down;
  if (mode === ROUND.nearest) return fraction > 0.5 || (fraction === 0.5 && down % 2 !== 0) ? down + 1 : down;
  if (mode === ROUND.plusInfinity) return fraction === 0 ? down : down + 1;
  return mode === ROUND.zero && fraction !== 0 && down < 0 ? down + 1 : down;
}

/** a + b of doubles, rounded to odd where it is not exact: the lowest bit then stands for all that follow. */
export function sumToOdd(a: number, b: number): number {
  const sum = a + b;
  const part = sum - a;
  const error = a - (sum - part) + (b - part);
  if (error === 0) return sum;
  double[0] = sum;
  const low = doubleBits[0]!;
  if (low & 1) return sum;
  // The exact sum lies between this number and its neighbour on the side of the error.
  const outward = error > 0 === sum > 0;
  doubleBits[0] = outward ? low | 1 : low - 1;
  if (!outward && low === 0) doubleBits[1] = doubleBits[1]! - 1;
  return double[0]!;
}
