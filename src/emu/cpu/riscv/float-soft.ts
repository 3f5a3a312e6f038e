import { FLAG, ROUND } from './float-status.js';

/**
 * Rounding in software, for what the host does not do: modes other than to nearest, underflow, and which flags are raised.
 *
 * An exact result is a sum of two doubles (h + l) × 2ᵉ in which l is at most half a unit in the last place of h. Where it
 * would take more bits, l is only known to lie on the right side of 0: no number of either format, nor the middle between
 * two of them, lies between h and h + l then, which is all that rounding asks for.
 */
export interface SoftFormat {
  /** Bits of the significand, the hidden one included. */
  readonly digits: 24 | 53;
  /** Exponents of the smallest and of the largest normal number. */
  readonly least: number;
  readonly most: number;
}
export const SOFT_SINGLE: SoftFormat = { digits: 24, least: -126, most: 127 };
export const SOFT_DOUBLE: SoftFormat = { digits: 53, least: -1022, most: 1023 };

/** What an operation gives: its bits (a single in the low word), and flags. */
export interface SoftResult {
  low: number;
  high: number;
  flags: number;
}

// Scratch of the functions below; words are little-endian, as everywhere in a machine's memory.
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

const WORD = 2 ** 32;

/** 2ⁿ for −1022 ≤ n ≤ 1023. */
export function powerOfTwo(n: number): number {
  words[0] = 0;
  words[1] = (n + 1023) << 20;
  return double[0]!;
}
/** A double from its words. */
export function doubleOf(low: number, high: number): number {
  words[0] = low;
  words[1] = high;
  return double[0]!;
}
export function singleOf(bits: number): number {
  singleBits[0] = bits;
  return single[0]!;
}
/** n of a positive normal number 2ⁿ ≤ value < 2ⁿ⁺¹. */
function exponentOf(value: number): number {
  double[0] = value;
  return (words[1]! >>> 20) - 1023;
}
function isPowerOfTwo(value: number): boolean {
  double[0] = value;
  return words[0] === 0 && (words[1]! & 0xf_ffff) === 0;
}

/** What rounding to a whole number lost, as a sign. */
let lost = 0;

/** Rounds the positive h + l to a whole number. */
function roundWhole(h: number, l: number, mode: number, negative: boolean): number {
  let unit = Math.floor(h);
  let fraction = h - unit;
  if (fraction === 0 && l < 0) {
    unit -= 1;
    fraction = 1;
  }
  lost = fraction + l;
  if (lost === 0) return unit;
  const beyondHalf = fraction - 0.5 + l;
  let up: boolean;
  if (mode === ROUND.nearestEven) up = beyondHalf > 0 || (beyondHalf === 0 && unit % 2 === 1);
  else if (mode === ROUND.nearestAway) up = beyondHalf >= 0;
  else up = mode === (negative ? ROUND.down : ROUND.up);
  return up ? unit + 1 : unit;
}

/** Whether what is too large becomes infinity rather than the largest number. */
function overflowsToInfinity(mode: number, negative: boolean): boolean {
  if (mode === ROUND.towardZero) return false;
  return mode === ROUND.down ? negative : mode === ROUND.up ? !negative : true;
}

/** Puts a number of units in the last place of the smallest normal number's binade together with sign and exponent. */
function compose(out: SoftResult, format: SoftFormat, negative: boolean, unit: number, exponent: number): void {
  const biased = exponent - format.least;
  if (format === SOFT_SINGLE) {
    out.low = (unit + biased * 0x80_0000) | (negative ? 0x8000_0000 : 0);
    out.high = 0;
    return;
  }
  const high = Math.floor(unit / WORD);
  out.low = (unit - high * WORD) | 0;
  out.high = (high + biased * 0x10_0000) | (negative ? 0x8000_0000 : 0);
}

/** Rounds (h + l) × 2ᵉ, with h > 0, and adds its flags to those there are. */
export function round(
  out: SoftResult,
  format: SoftFormat,
  negative: boolean,
  h: number,
  l: number,
  e: number,
  mode: number,
): void {
  const { digits, least, most } = format;
  const own = exponentOf(h);
  let exponent = e + own - (l < 0 && isPowerOfTwo(h) ? 1 : 0);
  let head = h;
  let tail = l;
  let shift = e;
  if (exponent < least - digits - 2) {
    // far below the smallest number: how far makes no difference
    exponent = least - digits - 2;
    shift = exponent;
    head = 1;
    tail = 0;
  }
  const scale = powerOfTwo(shift - Math.max(exponent, least) + digits - 1);
  const unit = roundWhole(head * scale, tail * scale, mode, negative);
  const exact = lost === 0;
  if (exponent > most || (exponent === most && unit === 2 ** digits)) {
    out.flags |= FLAG.OF | FLAG.NX;
    if (overflowsToInfinity(mode, negative)) infinity(out, format, negative);
    else compose(out, format, negative, 2 ** digits - 1, most);
    return;
  }
  if (!exact) {
    out.flags |= FLAG.NX;
    if (isTiny(format, exponent, head * scale, tail * scale, mode, negative)) out.flags |= FLAG.UF;
  }
  compose(out, format, negative, unit, Math.max(exponent, least));
}

/** Tininess is detected after rounding as if the exponent had no bounds (Unpriv 11.2): what rounds up to the smallest normal number is not tiny. */
function isTiny(
  { digits, least }: SoftFormat,
  exponent: number,
  h: number,
  l: number,
  mode: number,
  negative: boolean,
): boolean {
  if (exponent >= least) return false;
  return exponent < least - 1 || roundWhole(2 * h, 2 * l, mode, negative) < 2 ** digits;
}

export function zero(out: SoftResult, format: SoftFormat, negative: boolean): void {
  compose(out, format, negative, 0, format.least);
}
export function infinity(out: SoftResult, format: SoftFormat, negative: boolean): void {
  compose(out, format, negative, 2 ** (format.digits - 1), format.most + 1);
}
export function canonicalNaN(out: SoftResult, format: SoftFormat, flags: number): void {
  out.flags |= flags;
  compose(out, format, false, 1.5 * 2 ** (format.digits - 1), format.most + 1);
}
