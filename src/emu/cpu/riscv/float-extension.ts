import type { HelperSignature, OperandFormat } from '../../isa/instruction.js';
import type { PureFunction, Type } from '../../isa/ir.js';
import { floatFunctions } from './float-functions.js';
import { F_NAMES } from './float-registers.js';
import { ROUND_NAMES } from './float-status.js';

/** What an instruction set with the rows of F and D needs beside them. */
export const FLOAT: {
  /**
   * fcsr in two words: `fflags` and `frm`. `fpOn` is not 0 while mstatus.FS lets floating-point instructions run, `fpdOn` while it lets those of D, `fpDirty` is 1
   * once they have changed a register or a flag: the core keeps FS by them.
   */
  readonly scalars: Readonly<Record<string, Type>>;
  /** `reservedRounding(mode)`: frm names no rounding mode; it raises the illegal-instruction exception (Unpriv 11.2). */
  readonly helpers: Readonly<Record<string, HelperSignature>>;
  readonly functions: readonly PureFunction[];
  readonly formats: Readonly<Record<string, OperandFormat>>;
} = {
  scalars: { fflags: 'i32', frm: 'i32', fpOn: 'i32', fpdOn: 'i32', fpDirty: 'i32' },
  helpers: { reservedRounding: { params: ['i32'], result: 'void' } },
  functions: floatFunctions,
  formats: {
    f: floatRegister(),
    rm: roundingMode(7),
    exact: roundingMode(0),
  },
};

/** An f register; a field of three bits names f8–f15. */
function floatRegister(): OperandFormat {
  const widthOf = (fields: readonly { letter: string; width: number }[], letter: string) =>
    fields.find((field) => field.letter === letter)!.width;
  return {
    print: (fields, letter, { row }) => F_NAMES[fields[letter]! + (widthOf(row.pattern.fields, letter) === 3 ? 8 : 0)]!,
    parse: (text, letter, { row }) => {
      const width = widthOf(row.pattern.fields, letter);
      const value = F_NAMES.indexOf(text) - (width === 3 ? 8 : 0);
      return value < 0 || value >> width !== 0 ? undefined : { [letter]: value };
    },
  };
}

/** A rounding mode behind the operands, with its comma; the one that goes without saying is not printed. */
function roundingMode(unsaid: number): OperandFormat {
  const print = (mode: number) => (mode === unsaid ? '' : `,${ROUND_NAMES[mode]}`);
  return {
    print: (fields, letter) => print(fields[letter]!),
    parse: (text, letter) => {
      const mode = ROUND_NAMES.findIndex((name, i) => name !== '' && print(i) === text);
      return mode < 0 ? undefined : { [letter]: mode };
    },
  };
}
