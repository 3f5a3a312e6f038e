import type { Fields, OperandFormat } from '../../isa/instruction.js';
import { field, parseNumber } from './format-kinds.js';

/** Branch targets and literals: absolute addresses in the text, offsets from the PC operand in the encoding. */

/** A label: an absolute address, `base` bytes away from the instruction plus a scaled, possibly split field. */
function label(
  base: (pc: number) => number,
  offsetOf: (fields: Fields) => number,
  fieldsOf: (offset: number) => Fields,
): OperandFormat {
  return {
    print: (fields, _, { pc }) => `0x${((base(pc) + offsetOf(fields)) >>> 0).toString(16).padStart(8, '0')}`,
    parse: (text, _, context) => {
      const address = parseNumber(text);
      if (address === undefined) return undefined;
      const offset = (address - base(context.pc)) | 0;
      const fields = fieldsOf(offset);
      const fits = Object.entries(fields).every(([letter, value]) => field(context, letter, value));
      return fits && offsetOf(fields) === offset ? fields : undefined;
    },
  };
}

const operandPc = (pc: number) => pc + 4;
const alignedPc = (pc: number) => (pc + 4) & ~3;
const bits = (value: number, low: number, width: number) => (value >>> low) & (2 ** width - 1);

/** A signed number of halfwords in one field of `width` bits. */
export function shortTarget(width: number): OperandFormat {
  return label(
    operandPc,
    (f) => (f.i! << (32 - width)) >> (31 - width),
    (offset) => ({ i: bits(offset, 1, width) }),
  );
}

/** S:J2:J1:imm6:imm11:0 of B T3. */
export const target20 = label(
  operandPc,
  (f) => (((f.s! << 19) | (f.k! << 18) | (f.j! << 17) | f.i!) << 12) >> 11,
  (offset) => ({ s: bits(offset, 20, 1), k: bits(offset, 19, 1), j: bits(offset, 18, 1), i: bits(offset, 1, 17) }),
);

/** S:I1:I2:imm10:imm11:0 of B T4 and BL, with Ix = NOT(Jx EOR S). */
export const target24 = label(
  operandPc,
  (f) => {
    const [i1, i2] = [f.j! ^ f.s! ^ 1, f.k! ^ f.s! ^ 1];
    return (((f.s! << 23) | (i1 << 22) | (i2 << 21) | f.i!) << 8) >> 7;
  },
  (offset) => {
    const s = bits(offset, 24, 1);
    return { s, j: bits(offset, 23, 1) ^ s ^ 1, k: bits(offset, 22, 1) ^ s ^ 1, i: bits(offset, 1, 21) };
  },
);

/** Where a literal or an ADR points, in words from Align(PC, 4). */
export const literal8 = label(
  alignedPc,
  (f) => f.i! << 2,
  (offset) => ({ i: bits(offset, 2, 8) }),
);
/** ADR T3, in bytes. */
export const literal12 = label(
  alignedPc,
  (f) => f.i!,
  (offset) => ({ i: bits(offset, 0, 12) }),
);
/** CBZ and CBNZ go forward only. */
export const forward = label(
  operandPc,
  (f) => f.i! << 1,
  (offset) => ({ i: bits(offset, 1, 6) }),
);
