import type { Fields, OperandFormat } from '../../isa/instruction.js';
import { CONDITIONS, field, immediate, parseNumber, register, registerList, words } from './format-kinds.js';

/** How operands are written in assembly text (UAL); the key is the token's name in the rows' texts. */

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
function shortTarget(width: number): OperandFormat {
  return label(
    operandPc,
    (f) => (f.i! << (32 - width)) >> (31 - width),
    (offset) => ({ i: bits(offset, 1, width) }),
  );
}

/** S:J2:J1:imm6:imm11:0 of B T3. */
const target20 = label(
  operandPc,
  (f) => (((f.s! << 19) | (f.k! << 18) | (f.j! << 17) | f.i!) << 12) >> 11,
  (offset) => ({ s: bits(offset, 20, 1), k: bits(offset, 19, 1), j: bits(offset, 18, 1), i: bits(offset, 1, 17) }),
);

/** S:I1:I2:imm10:imm11:0 of B T4 and BL, with Ix = NOT(Jx EOR S). */
const target24 = label(
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

/** IT's then/else pattern and condition: `te eq`. Mask bits equal to the condition's bit 0 are "then". */
const it: OperandFormat = {
  print: (f) => {
    const last = 31 - Math.clz32(f.m! & -f.m!);
    let pattern = '';
    for (let bit = 3; bit > last; bit--) pattern += bits(f.m!, bit, 1) === (f.c! & 1) ? 't' : 'e';
    return `${pattern} ${CONDITIONS[f.c!]}`;
  },
  parse: (text) => {
    const [, pattern, name] = /^([te]{0,3}) (\w\w)$/.exec(text) ?? [];
    const c = CONDITIONS.indexOf(name ?? '');
    if (pattern === undefined || c < 0) return undefined;
    const m = [...pattern].reduce(
      (mask, arm, i) => mask | (((c & 1) ^ (arm === 'e' ? 1 : 0)) << (3 - i)),
      8 >> pattern.length,
    );
    return { c, m };
  },
};

/** The masks of CPS: `i`, `f` or `if`. */
const masks: OperandFormat = {
  print: (f) => `${f.i ? 'i' : ''}${f.f ? 'f' : ''}`,
  parse: (text) =>
    /^(i|f|if)$/.test(text) ? { i: Number(text.includes('i')), f: Number(text.includes('f')) } : undefined,
};

/** The S suffix of a 16-bit instruction: it sets the flags just where it stands outside an IT block. */
const implicitS: OperandFormat = {
  print: (_, __, { inItBlock }) => (inItBlock ? '' : 's'),
  parse: (text, _, { inItBlock }) => (text === (inItBlock ? '' : 's') ? {} : undefined),
};

const REGISTERS = Object.fromEntries([...'dnmatuhl'].map((letter) => [letter, register(letter)]));

export const formats: Readonly<Record<string, OperandFormat>> = {
  ...REGISTERS,
  s: implicitS,
  S: words('S', ['', 's']),
  cond: words('C', CONDITIONS.slice(0, 14)),
  it,
  effect: words('m', ['ie', 'id']),
  masks,
  hint: immediate('h'),
  imm: immediate('i'),
  'imm*2': immediate('i', 2),
  'imm*4': immediate('i', 4),
  /** LSR and ASR: 0 stands for 32. */
  shift32: {
    print: (f) => `#${f.i === 0 ? 32 : f.i}`,
    parse: (text, _, context) => (text === '#0' ? undefined : field(context, 'i', Number(text.slice(1)) % 32)),
  },
  list: registerList(),
  'list,pc': registerList(0x8000),
  literal8: label(
    alignedPc,
    (f) => f.i! << 2,
    (offset) => ({ i: bits(offset, 2, 8) }),
  ),
  forward: label(
    operandPc,
    (f) => f.i! << 1,
    (offset) => ({ i: bits(offset, 1, 6) }),
  ),
  target8: shortTarget(8),
  target11: shortTarget(11),
  target20,
  target24,
};
