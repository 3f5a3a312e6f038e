import {
  DEFAULT_NAN,
  flush,
  flushed,
  isInfinite,
  isNaNBits,
  isSignalling,
  isZero,
  pack,
  powerOfTwo,
  roundToHalf,
  roundToInteger,
  roundToSingle,
  SIGN,
  singleOf,
} from './float-round.js';
import { FPSCR, ROUND, ROUND_SHIFT } from './float-status.js';

/** Conversions of A2.5.4; results are packed with their flags (see float-round.ts). */

/** A fixed-point format: `bits` 16 or 32. */
export interface Fixed {
  readonly bits: 16 | 32;
  readonly unsigned: boolean;
  /** Bits behind the binary point. */
  readonly fraction: number;
}

/** FPToFixed(): a NaN is 0 and invalid, what does not fit saturates and is invalid. The result fills a register. */
export function toFixed(x: number, { bits, unsigned, fraction }: Fixed, towardZero: boolean, fpscr: number): number {
  const a = flush(x, fpscr);
  const flags = flushed(x, a);
  if (isNaNBits(a)) return pack(0, flags | FPSCR.IOC);
  const value = singleOf(a) * powerOfTwo(fraction);
  const whole = isInfinite(a) ? value : roundToInteger(value, towardZero ? ROUND.zero : (fpscr >>> ROUND_SHIFT) & 3);
  const least = unsigned ? 0 : -(2 ** (bits - 1));
  const most = 2 ** (unsigned ? bits : bits - 1) - 1;
  if (whole < least) return pack(least, flags | FPSCR.IOC);
  if (whole > most) return pack(most, flags | FPSCR.IOC);
  return pack(whole, whole === value ? flags : flags | FPSCR.IXC);
}

/** FixedToFP(): from the low bits of a register. */
export function fromFixed(word: number, { bits, unsigned, fraction }: Fixed, nearest: boolean, fpscr: number): number {
  const whole = bits === 32 ? (unsigned ? word >>> 0 : word | 0) : unsigned ? word & 0xffff : (word << 16) >> 16;
  if (whole === 0) return pack(0, 0);
  return roundToSingle(whole * powerOfTwo(-fraction), nearest ? fpscr & ~FPSCR.RMode : fpscr, 0);
}

/** FPHalfToSingle() of the low halfword; FPSCR.AHP chooses the format without infinities and NaNs. */
export function halfToSingle(word: number, fpscr: number): number {
  const sign = (word << 16) & SIGN;
  const exponent = (word >>> 10) & 0x1f;
  const fraction = word & 0x3ff;
  if (exponent === 0x1f && (fpscr & FPSCR.AHP) === 0) {
    if (fraction === 0) return pack(sign | 0x7f80_0000, 0);
    const flags = (fraction & 0x200) === 0 ? FPSCR.IOC : 0;
    return pack((fpscr & FPSCR.DN) !== 0 ? DEFAULT_NAN : sign | 0x7fc0_0000 | (fraction << 13), flags);
  }
  if (exponent === 0 && fraction === 0) return pack(sign, 0);
  const value = exponent === 0 ? fraction * powerOfTwo(-24) : (0x400 + fraction) * powerOfTwo(exponent - 25);
  return roundToSingle(sign === 0 ? value : -value, fpscr, 0);
}

/** FPSingleToHalf(). */
export function singleToHalf(x: number, fpscr: number): number {
  const a = flush(x, fpscr);
  const flags = flushed(x, a);
  const sign = (a >>> 16) & 0x8000;
  const alternative = (fpscr & FPSCR.AHP) !== 0;
  if (isNaNBits(a)) {
    const raised = alternative || isSignalling(a) ? flags | FPSCR.IOC : flags;
    if (alternative) return pack(sign, raised);
    return pack((fpscr & FPSCR.DN) !== 0 ? 0x7e00 : sign | 0x7e00 | ((a >>> 13) & 0x1ff), raised);
  }
  if (isInfinite(a)) return alternative ? pack(sign | 0x7fff, flags | FPSCR.IOC) : pack(sign | 0x7c00, flags);
  return isZero(a) ? pack(sign, flags) : roundToHalf(singleOf(a), fpscr, flags);
}
