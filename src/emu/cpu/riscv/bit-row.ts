import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type OperandFormat, type Operands, type Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { readX, signed, writeX, type X, type Xlen } from './x-registers.js';

/** The extensions, which a hart has or has not each by itself: the scalar of the same name is 0 where it has not. */
export const BIT_EXTENSIONS = ['zba', 'zbb', 'zbc', 'zbs'] as const;
export type BitExtension = (typeof BIT_EXTENSIONS)[number];

/** Rows of an extension, illegal on harts without it. */
export const rowOf =
  (extension: BitExtension) =>
  <const P extends string>(
    pattern: P,
    text: string,
    timing: 'alu' | 'mul',
    section: string,
    body: (o: Emitter, f: Operands<P>) => void,
  ): Row =>
    insn(pattern, text, timing, section, body, { guard: { scalar: extension, trap: 'illegal' } });

/** `rd = op rs`. */
export const unary =
  (operation: (o: Emitter, a: X) => X) =>
  (o: Emitter, f: { readonly d: Int; readonly s: Int }): void =>
    writeX(o, f.d, operation(o, readX(o, f.s)));

/** `rd = rs op bit`, with the number of a bit in the instruction. */
export const withBit =
  (xlen: Xlen, operation: Operation) =>
  (o: Emitter, f: { readonly d: Int; readonly s: Int; readonly i: Int }): void =>
    writeX(o, f.d, operation(o, readX(o, f.s), signed(o, xlen, f.i)));

/** The number of a bit: as many digits as the row has. */
export const BIT_FORMATS: Readonly<Record<string, OperandFormat>> = {
  bit: {
    print: (fields, letter) => `0x${fields[letter]!.toString(16)}`,
    parse: (text, letter, { row }) => {
      const { width } = row.pattern.fields.find((field) => field.letter === letter)!;
      return /^0x[\da-f]+$/i.test(text) && Number(text) >> width === 0 ? { [letter]: Number(text) } : undefined;
    },
  },
};
