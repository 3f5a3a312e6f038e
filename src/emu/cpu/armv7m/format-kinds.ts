import type { AssemblyContext, Fields, OperandFormat } from '../../isa/instruction.js';

/**
 * Building blocks of the formats: how one kind of operand is written in UAL text and read back. A parser gives
 * undefined for text of another kind and for values the row's fields cannot hold.
 */

const NUMBERED = Array.from({ length: 13 }, (_, i) => `r${i}`);
export const REGISTER_NAMES: readonly string[] = [...NUMBERED, 'sp', 'lr', 'pc'];
export const CONDITIONS: readonly string[] = 'eq ne cs cc mi pl vs vc hi ls ge lt gt le al'.split(' ');

/** Width of the row's field, 0 where the row has none of that letter. */
export function widthOf(context: AssemblyContext, letter: string): number {
  return context.row.pattern.fields.find((field) => field.letter === letter)?.width ?? 0;
}

/** One field, where the value fits it. */
export function field(context: AssemblyContext, letter: string, value: number | undefined): Fields | undefined {
  if (value === undefined || !Number.isInteger(value) || value < 0) return undefined;
  return value < 2 ** widthOf(context, letter) ? { [letter]: value } : undefined;
}

export function parseNumber(text: string): number | undefined {
  return /^-?(0x[0-9a-f]+|\d+)$/.test(text) ? (text[0] === '-' ? -Number(text.slice(1)) : Number(text)) : undefined;
}
/** The number after `#`. */
export function parseImmediate(text: string): number | undefined {
  return text.startsWith('#') ? parseNumber(text.slice(1)) : undefined;
}
/** Small numbers in decimal, larger ones in hexadecimal. */
export function printImmediate(value: number): string {
  return value < 1024 ? `#${value}` : `#0x${value.toString(16)}`;
}

export function register(letter: string): OperandFormat {
  return {
    print: (fields) => REGISTER_NAMES[fields[letter]!]!,
    parse: (text, _, context) => {
      const index = REGISTER_NAMES.indexOf(text);
      return index < 0 ? undefined : field(context, letter, index);
    },
  };
}

/** `#n` with n = field × scale + offset. */
export function immediate(letter: string, scale = 1, offset = 0): OperandFormat {
  return {
    print: (fields) => printImmediate(fields[letter]! * scale + offset),
    parse: (text, _, context) => field(context, letter, ((parseImmediate(text) ?? Number.NaN) - offset) / scale),
  };
}

/** One of several words, by the value of a field; an unused value is the empty string at no index. */
export function words(letter: string, names: readonly (string | undefined)[]): OperandFormat {
  return {
    print: (fields) => names[fields[letter]!] ?? `<${fields[letter]}>`,
    parse: (text, _, context) => field(context, letter, names.indexOf(text)),
  };
}

/** `{r0-r3, lr}`: which registers a list of bits names. */
export function printList(bits: number): string {
  const parts: string[] = [];
  for (let first = 0; first < 16; first++) {
    if (((bits >>> first) & 1) === 0) continue;
    let last = first;
    while (last < 12 && ((bits >>> (last + 1)) & 1) === 1) last++;
    parts.push(last === first ? REGISTER_NAMES[first]! : `${REGISTER_NAMES[first]}-${REGISTER_NAMES[last]}`);
    first = last;
  }
  return `{${parts.join(', ')}}`;
}
export function parseList(text: string): number | undefined {
  const inner = /^\{(.*)\}$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  let bits = 0;
  for (const part of inner.split(',')) {
    const [first, last] = part.split('-').map((name) => REGISTER_NAMES.indexOf(name.trim()));
    if (first === undefined || first < 0 || (last ?? first) < first) return undefined;
    for (let i = first; i <= (last ?? first); i++) bits |= 1 << i;
  }
  return bits;
}

/** A register list from the fields `r` (from bit 0), `m` (LR) and `P` (PC), and the registers in `always`. */
export function registerList(always = 0): OperandFormat {
  return {
    print: (fields) => printList(fields.r! | ((fields.m ?? 0) << 14) | ((fields.P ?? 0) << 15) | always),
    parse: (text, _, context) => {
      const bits = parseList(text);
      if (bits === undefined || (bits & always) !== always) return undefined;
      let rest = bits & ~always;
      const result: Record<string, number> = {};
      for (const [letter, bit] of [
        ['m', 14],
        ['P', 15],
      ] as const) {
        if (widthOf(context, letter) === 0) continue;
        result[letter] = (rest >>> bit) & 1;
        rest &= ~(1 << bit);
      }
      const low = field(context, 'r', rest);
      return low && { ...low, ...result };
    },
  };
}
