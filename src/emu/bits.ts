/** Bit arithmetic on 32-bit words. This file imports nothing. */

/** `width` bits of `word` from bit `low` up, unsigned. */
export function bits(word: number, low: number, width: number): number {
  return width === 32 ? word >>> 0 : (word >>> low) & ((1 << width) - 1);
}

/** One bit of `word`, 0 or 1. */
export function bit(word: number, index: number): number {
  return (word >>> index) & 1;
}

/** A mask of `width` ones from bit `low` up, unsigned. */
export function mask(low: number, width: number): number {
  return (width >= 32 ? 0xffff_ffff : ((1 << width) - 1) << low) >>> 0;
}

/** Rotates a 32-bit word right; `amount` is taken modulo 32. */
export function rotateRight(word: number, amount: number): number {
  const by = amount & 31;
  return by === 0 ? word >>> 0 : ((word >>> by) | (word << (32 - by))) >>> 0;
}

/** How many bits of a 32-bit word are set. */
export function popcount(word: number): number {
  let w = word - ((word >>> 1) & 0x5555_5555);
  w = (w & 0x3333_3333) + ((w >>> 2) & 0x3333_3333);
  return (((w + (w >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
}

/** `0x08001a2c`: an unsigned hexadecimal word of `digits` digits. */
export function hex(word: number, digits = 8): string {
  return `0x${(word >>> 0).toString(16).padStart(digits, '0')}`;
}
