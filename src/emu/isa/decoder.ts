import { popcount } from '../bits.js';
import type { Fields, Isa, Row } from './instruction.js';
import { fieldsOf } from './variant.js';

/** An instruction found in memory. */
export interface Decoded {
  readonly row: Row;
  readonly fields: Fields;
  readonly length: 2 | 4;
  /** The encoding, as its pattern describes it. */
  readonly word: number;
  /** Addresses and lengths, in turn, of other code that it depends on: neighbours that change its cost. */
  readonly beside?: readonly number[];
}

/** Finds the row of an encoding: buckets over ten bits of the word, more special rows first. */
export class Decoder {
  readonly #isa: Isa;
  readonly #buckets = new Map<number, readonly Row[]>();

  constructor(isa: Isa) {
    this.#isa = isa;
  }

  /** Decodes one encoding; undefined means an undefined instruction. */
  decode(first: number, second: number): Decoded | undefined {
    const length = this.#isa.lengthOf(first);
    const word = length === 2 ? first : this.#isa.join(first, second) >>> 0;
    for (const row of this.#bucket(first, length)) {
      if (((word & row.pattern.mask) ^ row.pattern.match) !== 0) continue;
      const fields = fieldsOf(row, word);
      if (row.when && !row.when(fields)) continue;
      return { row, fields, length, word };
    }
    return undefined;
  }

  /** Rows that an encoding with this first halfword can belong to. */
  #bucket(first: number, length: 2 | 4): readonly Row[] {
    const known = this.#buckets.get(first);
    if (known) return known;
    const fixed = (row: Row) => (length === 2 ? [row.pattern.mask, row.pattern.match] : this.#firstHalf(row));
    const bucket = this.#isa.rows.filter((row) => {
      if (row.pattern.length !== length * 8) return false;
      const [mask, match] = fixed(row) as [number, number];
      return ((first & mask) ^ match) === 0;
    });
    bucket.sort((a, b) => Number(b.over) - Number(a.over) || popcount(b.pattern.mask) - popcount(a.pattern.mask));
    this.#buckets.set(first, bucket);
    return bucket;
  }

  /** Mask and match of the halfword that comes first in memory. */
  #firstHalf(row: Row): [number, number] {
    const low = this.#isa.join(0xffff, 0) >>> 0 === 0xffff;
    const shift = low ? 0 : 16;
    return [(row.pattern.mask >>> shift) & 0xffff, (row.pattern.match >>> shift) & 0xffff];
  }
}
