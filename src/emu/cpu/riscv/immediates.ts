import type { Emitter, Int } from '../../isa/emitter.js';

/**
 * The immediates of the base and compressed formats (Unpriv 2.3 and 16.2): where the runs of bits that a pattern's letters
 * stand for lie in the value. The width of a run is the pattern's.
 */
export interface Immediate {
  /** Letter of the pattern → lowest bit in the value. */
  readonly low: Readonly<Record<string, number>>;
  /** Bits of the value, the implied zeros at the bottom included. */
  readonly width: number;
  readonly signed: boolean;
}

export const IMMEDIATE = {
  /** I and S format: one run of 12 bits, or its two parts in reading order. */
  I: { low: { i: 0 }, width: 12, signed: true },
  B: { low: { i: 12, l: 11, j: 5, k: 1 }, width: 13, signed: true },
  U: { low: { i: 12 }, width: 32, signed: true },
  J: { low: { i: 20, l: 12, k: 11, j: 1 }, width: 21, signed: true },
  shamt: { low: { i: 0 }, width: 5, signed: false },
  CI: { low: { i: 0 }, width: 6, signed: true },
  CLUI: { low: { i: 12 }, width: 18, signed: true },
  C16SP: { low: { i: 9, j: 4, k: 6, l: 7, m: 5 }, width: 10, signed: true },
  C4SPN: { low: { i: 4, j: 6, k: 2, l: 3 }, width: 10, signed: false },
  CL: { low: { i: 3, j: 2, k: 6 }, width: 7, signed: false },
  CLSP: { low: { i: 5, j: 2, k: 6 }, width: 8, signed: false },
  /** Doublewords: C.LD and C.SD, C.LDSP, C.SDSP. */
  CLD: { low: { i: 3, j: 6 }, width: 8, signed: false },
  CLDSP: { low: { i: 5, j: 3, k: 6 }, width: 9, signed: false },
  CSDSP: { low: { i: 3, j: 6 }, width: 9, signed: false },
  CSSP: { low: { i: 2, j: 6 }, width: 8, signed: false },
  CJ: { low: { i: 11, j: 4, k: 8, l: 10, m: 6, n: 7, o: 1, p: 5 }, width: 12, signed: true },
  CB: { low: { i: 8, j: 3, k: 6, l: 1, m: 5 }, width: 9, signed: true },
} as const satisfies Record<string, Immediate>;

/** Puts an immediate together; it depends on operands alone, so this happens when decoding. */
export function immediate<L extends Immediate>(o: Emitter, layout: L, f: { readonly [K in keyof L['low']]: Int }): Int {
  const letters = Object.keys(layout.low) as (keyof L['low'] & string)[];
  const value = letters.map((letter) => o.shl(f[letter], layout.low[letter]!)).reduce((a, b) => o.or(a, b));
  if (!layout.signed || layout.width === 32) return value;
  return o.shrS(o.shl(value, 32 - layout.width), 32 - layout.width);
}

/** The same on decoded fields, for the disassembler. */
export function immediateOf(layout: Immediate, fields: Readonly<Record<string, number>>): number {
  let value = 0;
  for (const [letter, low] of Object.entries(layout.low)) value |= fields[letter]! << low;
  if (!layout.signed) return value >>> 0;
  const unused = 32 - layout.width;
  return (value << unused) >> unused;
}

/** The fields that make `value`, or undefined if the layout cannot hold it; `widths` are the pattern's. */
export function fieldsOf(
  layout: Immediate,
  value: number,
  widths: Readonly<Record<string, number>>,
): Record<string, number> | undefined {
  const fields: Record<string, number> = {};
  for (const [letter, low] of Object.entries(layout.low)) {
    fields[letter] = (value >>> low) & ((1 << widths[letter]!) - 1);
  }
  return immediateOf(layout, fields) === (layout.signed ? value | 0 : value) ? fields : undefined;
}
