/** From volts to what stands in the data registers. */

/** 12 bits for 0 V to VREF+; a converter without noise and errors (it clips). */
export function codeOf(volts: number, vref: number): number {
  return Math.min(4095, Math.max(0, Math.round((volts / vref) * 4095)));
}

/** A regular result of `bits` bits as DR shows it: RM0090 13.4, figures 45 to 47. */
export function regularData(code: number, bits: number, left: boolean): number {
  if (!left) return code;
  // 6 bits are aligned on a byte, everything else on a half-word.
  return bits === 6 ? code << 2 : code << (16 - bits);
}

/** An injected result less its offset, with its sign extended: RM0090 13.4. 16 bits. */
export function injectedData(code: number, offset: number, bits: number, left: boolean): number {
  const difference = code - offset;
  if (!left) return difference & 0xffff;
  return (difference << (bits === 6 ? 1 : 15 - bits)) & 0xffff;
}
