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

/** Finds the row of an encoding: a bucket for each first halfword, more special rows first. */
export class Decoder {
  readonly #isa: Isa;
  readonly #buckets = new Map<number, readonly Row[]>();
  readonly #short: Candidates;
  readonly #long: Candidates;

  constructor(isa: Isa) {
    this.#isa = isa;
    this.#short = this.#candidates(16);
    this.#long = this.#candidates(32);
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
    let bucket = this.#buckets.get(first);
    if (bucket === undefined) {
      const { rows, masks, matches } = length === 2 ? this.#short : this.#long;
      bucket = rows.filter((_, i) => ((first & masks[i]!) ^ matches[i]!) === 0);
      this.#buckets.set(first, bucket);
    }
    return bucket;
  }

  /** The rows of a length as buckets are filled from them. */
  #candidates(length: 16 | 32): Candidates {
    const rows = this.#isa.rows.filter(({ pattern }) => pattern.length === length);
    const bits = new Map(rows.map((row) => [row, popcount(row.pattern.mask)]));
    rows.sort((a, b) => Number(b.over) - Number(a.over) || bits.get(b)! - bits.get(a)!);
    // of two halfwords, the one that comes first in memory
    const isLowFirst = length === 16 || this.#isa.join(0xffff, 0) >>> 0 === 0xffff;
    const half = (word: number) => (isLowFirst ? word : word >>> 16) & 0xffff;
    return {
      rows,
      masks: Uint16Array.from(rows, ({ pattern }) => half(pattern.mask)),
      matches: Uint16Array.from(rows, ({ pattern }) => half(pattern.match)),
    };
  }
}

/** More special rows first, with what is fixed in the first halfword of each. */
interface Candidates {
  readonly rows: readonly Row[];
  readonly masks: Uint16Array;
  readonly matches: Uint16Array;
}
