import { InternalError } from '../errors.js';

/**
 * Bit patterns such as `'0001100 mmm nnn ddd'`: `0` and `1` are fixed bits, `x` is ignored, a letter is an operand.
 * A letter may stand in several places; its bits are joined in reading order, most significant first.
 * Lower-case letters are operands (symbolic in the cold engine, literals in the hot one); upper-case letters are
 * static: one handler is made for each of their values.
 */

type Letter<S extends string> = S extends `${infer Head}${infer Tail}`
  ? (Head extends '0' | '1' | ' ' | 'x' ? never : Head) | Letter<Tail>
  : never;

/** The lower-case letters of a pattern. */
export type OperandLetters<S extends string> = Extract<Letter<S>, Lowercase<Letter<S>>>;
/** The upper-case letters of a pattern. */
export type StaticLetters<S extends string> = Exclude<Letter<S>, Lowercase<Letter<S>>>;

/** Where a letter's bits stand: `[lowest bit in the word, width]`, most significant run first. */
export interface Field {
  readonly letter: string;
  readonly width: number;
  readonly runs: readonly (readonly [low: number, width: number])[];
}

export interface Pattern {
  readonly text: string;
  /** Length of the encoding in bits: 16 or 32. */
  readonly length: 16 | 32;
  readonly mask: number;
  readonly match: number;
  readonly fields: readonly Field[];
}

/** Reads a pattern; for a 32-bit one the first character is bit 31 (Thumb: bit 15 of the first halfword). */
export function parsePattern(text: string): Pattern {
  const bits = text.replaceAll(' ', '');
  if (bits.length !== 16 && bits.length !== 32) {
    throw new InternalError({ what: `pattern '${text}' has ${bits.length} bits, not 16 or 32` });
  }
  let mask = 0;
  let match = 0;
  const runs = new Map<string, [number, number][]>();
  for (let i = 0; i < bits.length; i++) {
    const letter = bits[i]!;
    const position = bits.length - 1 - i;
    if (letter === '0' || letter === '1') {
      mask |= 1 << position;
      if (letter === '1') match |= 1 << position;
    } else if (/[a-zA-Z]/.test(letter)) {
      if (letter === 'x') continue;
      const list = runs.get(letter) ?? [];
      runs.set(letter, list);
      const last = list.at(-1);
      if (last && bits[i - 1] === letter) {
        last[0] = position;
        last[1]++;
      } else list.push([position, 1]);
    } else throw new InternalError({ what: `pattern '${text}' has an unknown character '${letter}'` });
  }
  const fields = [...runs].map(([letter, list]) => ({
    letter,
    width: list.reduce((sum, run) => sum + run[1], 0),
    runs: list,
  }));
  return { text, length: bits.length as 16 | 32, mask: mask >>> 0, match: match >>> 0, fields };
}

/** The value of a field in an encoded instruction, unsigned. */
export function extract(field: Field, word: number): number {
  let value = 0;
  for (const [low, width] of field.runs) {
    value = width === 32 ? word : (value << width) | ((word >>> low) & ((1 << width) - 1));
  }
  return value >>> 0;
}

/** Puts a field's value into an encoded instruction (the field's bits must be 0 in `word`). */
export function insert(field: Field, word: number, value: number): number {
  let rest = value;
  let result = word;
  for (const [low, width] of field.runs.toReversed()) {
    result |= (rest & (width === 32 ? -1 : (1 << width) - 1)) << low;
    rest = width === 32 ? 0 : rest >>> width;
  }
  return result >>> 0;
}
