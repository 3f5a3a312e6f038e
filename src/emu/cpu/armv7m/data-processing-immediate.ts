import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import {
  type Arithmetic,
  add,
  addCarry,
  and,
  bitClear,
  type Logical,
  notSecond,
  or,
  orNot,
  reverseSubtract,
  second,
  subtractCarry,
  xor,
} from './alu-operations.js';
import {
  expandable,
  growStack,
  pcAligned,
  plain,
  setNZC,
  setNZCV,
  setSp,
  subtract,
  thumbExpandImm,
  thumbExpandImmC,
} from './pseudocode.js';

/** 32-bit data processing with a modified immediate (A5.3.1) and with a plain binary immediate (A5.3.3). */

interface Modified {
  readonly n: Int;
  readonly d: Int;
  readonly i: Int;
  readonly S: number;
}

const arithmetic = (operation: Arithmetic) => (o: Emitter, f: Modified) => {
  const sum = operation(o, o.reg(f.n), thumbExpandImm(o, f.i));
  o.setReg(f.d, sum.result);
  if (f.S) setNZCV(o, sum);
};
const arithmeticSp = (operation: Arithmetic) => (o: Emitter, f: { readonly i: Int; readonly S: number }) => {
  const sum = operation(o, o.reg(13), thumbExpandImm(o, f.i));
  setSp(o, sum.result);
  if (f.S) setNZCV(o, sum);
};
const compare = (operation: Arithmetic) => (o: Emitter, f: { readonly n: Int; readonly i: Int }) =>
  setNZCV(o, operation(o, o.reg(f.n), thumbExpandImm(o, f.i)));
const logical = (operation: Logical) => (o: Emitter, f: Modified) => {
  const { result: operand, carry } = thumbExpandImmC(o, f.i);
  const result = operation(o, o.reg(f.n), operand);
  o.setReg(f.d, result);
  if (f.S) setNZC(o, { result, carry });
};
const move = (operation: Logical) => (o: Emitter, f: { readonly d: Int; readonly i: Int; readonly S: number }) => {
  const { result: operand, carry } = thumbExpandImmC(o, f.i);
  const result = operation(o, operand, operand);
  o.setReg(f.d, result);
  if (f.S) setNZC(o, { result, carry });
};
const test = (operation: Logical) => (o: Emitter, f: { readonly n: Int; readonly i: Int }) => {
  const { result: operand, carry } = thumbExpandImmC(o, f.i);
  setNZC(o, { result: operation(o, o.reg(f.n), operand), carry });
};

interface Plain {
  readonly n: number;
  readonly d: number;
  readonly i: number;
}
const plainOperands = (f: Plain) => plain(f.d, f.n) && expandable(f.i);
/** ADD and SUB may have SP as the first operand. */
const addOperands = (f: Plain) => plain(f.d) && f.n !== 15 && expandable(f.i);

// biome-ignore format: a table
export const modifiedImmediate = [
  insn('11110 i 00000 S nnnn 0 iii dddd iiiiiiii', 'and{S}.w {d}, {n}, {const}', 'alu', 'A7.7.8 T1', logical(and),
    { common: true, when: plainOperands }),
  insn('11110 i 000001 nnnn 0 iii 1111 iiiiiiii', 'tst.w {n}, {const}', 'alu', 'A7.7.188 T1', test(and),
    { common: true, when: (f) => plain(f.n) && expandable(f.i) }),
  insn('11110 i 00001 S nnnn 0 iii dddd iiiiiiii', 'bic{S}.w {d}, {n}, {const}', 'alu', 'A7.7.15 T1', logical(bitClear),
    { common: true, when: plainOperands }),
  insn('11110 i 00010 S nnnn 0 iii dddd iiiiiiii', 'orr{S}.w {d}, {n}, {const}', 'alu', 'A7.7.91 T1', logical(or),
    { common: true, when: plainOperands }),
  insn('11110 i 00010 S 1111 0 iii dddd iiiiiiii', 'mov{S}.w {d}, {const}', 'alu', 'A7.7.76 T2', move(second),
    { common: true, when: (f) => plain(f.d) && expandable(f.i) }),
  insn('11110 i 00011 S nnnn 0 iii dddd iiiiiiii', 'orn{S} {d}, {n}, {const}', 'alu', 'A7.7.89 T1', logical(orNot),
    { when: plainOperands }),
  insn('11110 i 00011 S 1111 0 iii dddd iiiiiiii', 'mvn{S}.w {d}, {const}', 'alu', 'A7.7.85 T1', move(notSecond),
    { common: true, when: (f) => plain(f.d) && expandable(f.i) }),
  insn('11110 i 00100 S nnnn 0 iii dddd iiiiiiii', 'eor{S}.w {d}, {n}, {const}', 'alu', 'A7.7.35 T1', logical(xor),
    { when: plainOperands }),
  insn('11110 i 001001 nnnn 0 iii 1111 iiiiiiii', 'teq {n}, {const}', 'alu', 'A7.7.186 T1', test(xor),
    { when: (f) => plain(f.n) && expandable(f.i) }),
  insn('11110 i 01000 S nnnn 0 iii dddd iiiiiiii', 'add{S}.w {d}, {n}, {const}', 'alu', 'A7.7.3 T3', arithmetic(add),
    { common: true, when: addOperands }),
  insn('11110 i 01000 S 1101 0 iii 1101 iiiiiiii', 'add{S}.w sp, sp, {const}', 'alu', 'A7.7.5 T3', arithmeticSp(add),
    { when: (f) => expandable(f.i) }),
  insn('11110 i 010001 nnnn 0 iii 1111 iiiiiiii', 'cmn.w {n}, {const}', 'alu', 'A7.7.25 T1', compare(add),
    { when: (f) => f.n !== 15 && expandable(f.i) }),
  insn('11110 i 01010 S nnnn 0 iii dddd iiiiiiii', 'adc{S}.w {d}, {n}, {const}', 'alu', 'A7.7.1 T1',
    arithmetic(addCarry), { when: plainOperands }),
  insn('11110 i 01011 S nnnn 0 iii dddd iiiiiiii', 'sbc{S}.w {d}, {n}, {const}', 'alu', 'A7.7.124 T1',
    arithmetic(subtractCarry), { when: plainOperands }),
  insn('11110 i 01101 S nnnn 0 iii dddd iiiiiiii', 'sub{S}.w {d}, {n}, {const}', 'alu', 'A7.7.174 T3',
    arithmetic(subtract), { common: true, when: addOperands }),
  insn('11110 i 01101 S 1101 0 iii 1101 iiiiiiii', 'sub{S}.w sp, sp, {const}', 'alu', 'A7.7.176 T2',
    arithmeticSp(subtract), { when: (f) => expandable(f.i) }),
  insn('11110 i 011011 nnnn 0 iii 1111 iiiiiiii', 'cmp.w {n}, {const}', 'alu', 'A7.7.27 T2', compare(subtract),
    { common: true, when: (f) => f.n !== 15 && expandable(f.i) }),
  insn('11110 i 01110 S nnnn 0 iii dddd iiiiiiii', 'rsb{S}.w {d}, {n}, {const}', 'alu', 'A7.7.119 T2',
    arithmetic(reverseSubtract), { common: true, when: plainOperands }),
];

// biome-ignore format: a table
export const plainImmediate = [
  insn('11110 i 100000 nnnn 0 iii dddd iiiiiiii', 'addw {d}, {n}, {imm}', 'alu', 'A7.7.3 T4',
    (o, f) => o.setReg(f.d, o.add(o.reg(f.n), f.i)), { when: (f) => plain(f.d) && f.n !== 15 }),
  insn('11110 i 100000 1101 0 iii 1101 iiiiiiii', 'addw sp, sp, {imm}', 'alu', 'A7.7.5 T4',
    (o, f) => setSp(o, o.add(o.reg(13), f.i))),
  insn('11110 i 100000 1111 0 iii dddd iiiiiiii', 'adr.w {d}, {literal+}', 'alu', 'A7.7.7 T3',
    (o, f) => o.setReg(f.d, o.add(pcAligned(o), f.i)), { when: (f) => plain(f.d) }),
  insn('11110 i 101010 nnnn 0 iii dddd iiiiiiii', 'subw {d}, {n}, {imm}', 'alu', 'A7.7.174 T4',
    (o, f) => o.setReg(f.d, o.sub(o.reg(f.n), f.i)), { when: (f) => plain(f.d) && f.n !== 15 }),
  insn('11110 i 101010 1101 0 iii 1101 iiiiiiii', 'subw sp, sp, {imm}', 'alu', 'A7.7.176 T3',
    (o, f) => growStack(o, o.and(o.sub(o.reg(13), f.i), -4))),
  // Text of its own for #-0, which is not the address that T3 gives by another encoding.
  insn('11110 i 101010 1111 0 iii dddd iiiiiiii', 'subw {d}, pc, {imm}', 'alu', 'A7.7.7 T2',
    (o, f) => o.setReg(f.d, o.sub(pcAligned(o), f.i)), { when: (f) => plain(f.d) }),
  insn('11110 i 100100 jjjj 0 iii dddd iiiiiiii', 'movw {d}, {imm16}', 'alu', 'A7.7.76 T3',
    (o, f) => o.setReg(f.d, o.or(o.shl(f.j, 12), f.i)), { common: true, when: (f) => plain(f.d) }),
  insn('11110 i 101100 jjjj 0 iii dddd iiiiiiii', 'movt {d}, {imm16}', 'alu', 'A7.7.79 T1',
    (o, f) => o.setReg(f.d, o.or(o.and(o.reg(f.d), 0xffff), o.or(o.shl(f.j, 28), o.shl(f.i, 16)))),
    { common: true, when: (f) => plain(f.d) }),
  // Bit fields: i is the lowest bit, w the width − 1 (SBFX, UBFX) or e the highest bit (BFI, BFC).
  insn('111100110100 nnnn 0 iii dddd ii 0 wwwww', 'sbfx {d}, {n}, {imm}, {width}', 'alu', 'A7.7.126 T1',
    (o, f) => o.setReg(f.d, o.shrS(o.shl(o.reg(f.n), o.sub(31, o.add(f.i, f.w))), o.sub(31, f.w))),
    { when: (f) => plain(f.d, f.n) && f.i + f.w <= 31 }),
  insn('111100111100 nnnn 0 iii dddd ii 0 wwwww', 'ubfx {d}, {n}, {imm}, {width}', 'alu', 'A7.7.193 T1',
    (o, f) => o.setReg(f.d, o.and(o.shrU(o.reg(f.n), f.i), o.shrU(-1, o.sub(31, f.w)))),
    { common: true, when: (f) => plain(f.d, f.n) && f.i + f.w <= 31 }),
  insn('111100110110 nnnn 0 iii dddd ii 0 eeeee', 'bfi {d}, {n}, {bitfield}', 'alu', 'A7.7.14 T1', (o, f) => {
      const mask = o.shl(o.shrU(-1, o.sub(31, o.sub(f.e, f.i))), f.i);
      o.setReg(f.d, o.or(o.and(o.reg(f.d), o.not(mask)), o.and(o.shl(o.reg(f.n), f.i), mask)));
    }, { common: true, when: (f) => plain(f.d, f.n) && f.e >= f.i }),
  insn('111100110110 1111 0 iii dddd ii 0 eeeee', 'bfc {d}, {bitfield}', 'alu', 'A7.7.13 T1', (o, f) => {
      const mask = o.shl(o.shrU(-1, o.sub(31, o.sub(f.e, f.i))), f.i);
      o.setReg(f.d, o.and(o.reg(f.d), o.not(mask)));
    }, { when: (f) => plain(f.d) && f.e >= f.i }),
];
