/** The packet error code goes on by a byte: C(x) = x⁸ + x² + x + 1 (RM0090 27.3.9, SMBus 2.0). */
export function pecAfter(pec: number, byte: number): number {
  let value = pec ^ byte;
  for (let i = 0; i < 8; i++) value = ((value << 1) ^ ((value & 0x80) === 0 ? 0 : 0x07)) & 0xff;
  return value;
}
