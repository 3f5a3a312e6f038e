import fc from 'fast-check';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { Decoder } from '../../src/emu/isa/decoder.js';
import { encode } from '../../src/emu/isa/disassembler.js';
import type { Row } from '../../src/emu/isa/instruction.js';

/** For tests: random encodings of a row of the table. */

const decoder = new Decoder(armv7em);

/** The row that an encoding belongs to, undefined for an undefined instruction. */
export function rowOf(length: 16 | 32, word: number): Row | undefined {
  return (length === 16 ? decoder.decode(word, 0) : decoder.decode(word >>> 16, word & 0xffff))?.row;
}

/** Random encodings that the decoder gives to the row. */
export function encodings(row: Row): fc.Arbitrary<number> {
  const fields = row.pattern.fields.map(({ letter, width }) =>
    fc.integer({ min: 0, max: 2 ** width - 1 }).map((value) => [letter, value] as const),
  );
  return fc
    .tuple(...fields)
    .map((values) => encode(row, Object.fromEntries(values))!)
    .filter((word) => rowOf(row.pattern.length, word) === row);
}

/** `count` encodings, always the same ones. */
export function sampleEncodings(row: Row, count: number, seed = 1): number[] {
  return fc.sample(encodings(row), { numRuns: count, seed });
}

/** The bytes of an encoding in memory order. */
export function bytesOf(row: Row, word: number): number[] {
  const halfwords = row.pattern.length === 16 ? [word] : [word >>> 16, word & 0xffff];
  return halfwords.flatMap((halfword) => [halfword & 0xff, halfword >>> 8]);
}
