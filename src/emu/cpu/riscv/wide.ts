/** 64-bit values as low and high words. */

export function bigOf(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
/** Unsigned: a number where that is exact, else a bigint. */
export function exact(low: number, high: number): number | bigint {
  return high >>> 21 === 0 ? (high >>> 0) * 2 ** 32 + (low >>> 0) : bigOf(low, high);
}
/** As a signed number, exact for addresses whose upper bits are copies of one: those of Sv39 are. */
export function signedNumber(low: number, high: number): number {
  return high * 2 ** 32 + (low >>> 0);
}
/** Low and high word of a number or bigint, signed or unsigned. */
export function wordsOf(value: number | bigint): readonly [number, number] {
  if (typeof value === 'number') return [value | 0, Math.floor(value / 2 ** 32) | 0];
  return [Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n))];
}
/** `0x80000000`, `0xffffffff80000000` */
export function hexOf(low: number, high: number): string {
  const word = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  return high === 0 ? `0x${word(low)}` : `0x${word(high)}${word(low)}`;
}
