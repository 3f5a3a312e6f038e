/**
 * The CRC of RM0090 28.3.6 goes on by a word, serially, first bit of the wire first.
 * @param word in the order of the wire
 * @param bits 8 or 16: length of the word and of the CRC
 */
export function crcAfter(crc: number, word: number, bits: number, polynomial: number): number {
  const mask = (1 << bits) - 1;
  let value = crc & mask;
  for (let i = bits - 1; i >= 0; i--) {
    const feedback = ((value >>> (bits - 1)) ^ (word >>> i)) & 1;
    value = (value << 1) & mask;
    if (feedback !== 0) value ^= polynomial & mask;
  }
  return value;
}
