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
  /** How many bits belong to static letters. */
  readonly staticBits: number;
  readonly fields: readonly Field[];
}

const [ZERO, ONE, X, SPACE] = ['0', '1', 'x', ' '].map((one) => one.charCodeAt(0));
const isLower = (code: number) => code >= 0x61 && code <= 0x7a;
const isUpper = (code: number) => code >= 0x41 && code <= 0x5a;

/**
 * Reads a pattern; for a 32-bit one the first character is bit 31 (Thumb: bit 15 of the first halfword). Every start of a
 * machine reads hundreds: no regular expressions, no lists of characters, and where letters stand only when somebody asks.
 */
export function parsePattern(text: string): Pattern {
  let mask = 0;
  let match = 0;
  let length = 0;
  let staticBits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === SPACE) continue;
    length++;
    mask <<= 1;
    match <<= 1;
    if (code === ZERO) mask |= 1;
    else if (code === ONE) {
      mask |= 1;
      match |= 1;
    } else if (isUpper(code)) staticBits++;
    else if (!isLower(code)) {
      throw new InternalError({ what: `pattern '${text}' has an unknown character '${text[i]}'` });
    }
  }
  if (length !== 16 && length !== 32) {
    throw new InternalError({ what: `pattern '${text}' has ${length} bits, not 16 or 32` });
  }
  return new ReadPattern(text, length, mask >>> 0, match >>> 0, staticBits);
}

class ReadPattern implements Pattern {
  readonly text: string;
  readonly length: 16 | 32;
  readonly mask: number;
  readonly match: number;
  readonly staticBits: number;
  private known: readonly Field[] | undefined;

  constructor(text: string, length: 16 | 32, mask: number, match: number, staticBits: number) {
    this.text = text;
    this.length = length;
    this.mask = mask;
    this.match = match;
    this.staticBits = staticBits;
    this.known = undefined;
  }
  get fields(): readonly Field[] {
    this.known ??= fieldsOf(this.text, this.length);
    return this.known;
  }
}

interface ReadField {
  readonly letter: string;
  width: number;
  readonly runs: [number, number][];
}

function fieldsOf(text: string, length: number): readonly Field[] {
  let [position, before] = [length, -1];
  const fields: ReadField[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === SPACE) continue;
    position--;
    if (code !== ZERO && code !== ONE && code !== X) addBit(fields, text[i]!, position, before === code);
    before = code;
  }
  return fields;
}

/** One more bit of a letter, below those it has; `joined`: next to the last one. */
function addBit(fields: ReadField[], letter: string, position: number, joined: boolean): void {
  let field = fields.find((one) => one.letter === letter);
  if (field === undefined) {
    field = { letter, width: 0, runs: [] };
    fields.push(field);
  }
  field.width++;
  const last = field.runs.at(-1);
  if (last === undefined || !joined) field.runs.push([position, 1]);
  else {
    last[0] = position;
    last[1]++;
  }
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
