/** What a flash chip says of itself when it is asked (JEDEC JESD68.01, with the primary table of Intel's command set). */
export interface CfiGeometry {
  /** Bytes of one chip. */
  readonly chipSize: number;
  /** Bytes of one erase block of one chip. */
  readonly blockSize: number;
  /** log₂ of the bytes of one chip's write buffer. */
  readonly bufferLog2: number;
}

/**
 * The query table by word address. Times are powers of two: typical ones in µs (block erase: ms), then how much longer the longest
 * may take.
 */
export function cfiQuery({ chipSize, blockSize, bufferLog2 }: CfiGeometry): Uint8Array {
  const table = new Uint8Array(0x40);
  const text = (at: number, value: string) => table.set(new TextEncoder().encode(value), at);
  text(0x10, 'QRY');
  table.set([0x01, 0x00], 0x13); // primary command set: Intel/Sharp extended
  table.set([0x31, 0x00], 0x15); // where its table is
  table.set([0x45, 0x55], 0x1b); // Vcc 4.5 V to 5.5 V
  table.set([0x07, 0x07, 0x0a, 0x00], 0x1f); // typical: word, buffer, block erase, chip erase (none)
  table.set([0x04, 0x04, 0x04, 0x00], 0x23); // at most, as multiples
  table[0x27] = Math.log2(chipSize);
  table.set([0x02, 0x00], 0x28); // x8/x16
  table.set([bufferLog2, 0x00], 0x2a);
  table[0x2c] = 1; // one region of equal blocks: their number less one, their size in 256 bytes
  const blocks = chipSize / blockSize - 1;
  table.set([blocks & 0xff, blocks >> 8, (blockSize >> 8) & 0xff, blockSize >> 16], 0x2d);
  text(0x31, 'PRI10');
  table[0x3f] = 1; // protection register fields
  return table;
}
