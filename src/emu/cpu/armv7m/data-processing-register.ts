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
import { reverse, reverse16 } from './data-processing-16.js';
import {
  ASR,
  LSL,
  LSR,
  plain,
  ROR,
  setNZC,
  setNZCV,
  setSp,
  shiftImmediate,
  shiftImmediateC,
  shiftRegisterC,
  subtract,
} from './pseudocode.js';

/** 32-bit data processing with a shifted register (A5.3.11) and with registers (A5.3.12, A5.3.15). */

/** The second operand is `m` shifted by the static type `T` and the encoded amount `i`; absent where unshifted. */
interface Second {
  readonly m: Int;
  readonly i?: Int;
  readonly T?: number;
}

function operand(o: Emitter, f: Second): Int {
  return f.i === undefined ? o.reg(f.m) : shiftImmediate(o, o.reg(f.m), f.T!, f.i);
}
function operandC(o: Emitter, f: Second): { result: Int; carry: Int } {
  return shiftImmediateC(o, o.reg(f.m), f.T ?? LSL, f.i ?? o.i32(0));
}

const arithmetic =
  (operation: Arithmetic) => (o: Emitter, f: Second & { readonly n: Int; readonly d: Int; readonly S: number }) => {
    const sum = operation(o, o.reg(f.n), operand(o, f));
    o.setReg(f.d, sum.result);
    if (f.S) setNZCV(o, sum);
  };
const arithmeticSp = (operation: Arithmetic) => (o: Emitter, f: Second & { readonly S: number }) => {
  const sum = operation(o, o.reg(13), operand(o, { T: LSL, ...f }));
  setSp(o, sum.result);
  if (f.S) setNZCV(o, sum);
};
const compare = (operation: Arithmetic) => (o: Emitter, f: Second & { readonly n: Int }) =>
  setNZCV(o, operation(o, o.reg(f.n), operand(o, f)));
const logical =
  (operation: Logical) => (o: Emitter, f: Second & { readonly n: Int; readonly d: Int; readonly S: number }) => {
    if (f.S) {
      const { result: shifted, carry } = operandC(o, f);
      const result = operation(o, o.reg(f.n), shifted);
      o.setReg(f.d, result);
      setNZC(o, { result, carry });
    } else o.setReg(f.d, operation(o, o.reg(f.n), operand(o, f)));
  };
const move = (operation: Logical) => (o: Emitter, f: Second & { readonly d: Int; readonly S: number }) => {
  const { result: shifted, carry } = operandC(o, f);
  const result = operation(o, shifted, shifted);
  o.setReg(f.d, result);
  if (f.S) setNZC(o, { result, carry });
};
const test = (operation: Logical) => (o: Emitter, f: Second & { readonly n: Int }) => {
  const { result: shifted, carry } = operandC(o, f);
  setNZC(o, { result: operation(o, o.reg(f.n), shifted), carry });
};
const shiftByRegister =
  (type: number) => (o: Emitter, f: { readonly n: Int; readonly m: Int; readonly d: Int; readonly S: number }) => {
    const shifted = shiftRegisterC(o, o.reg(f.n), type, o.reg(f.m));
    o.setReg(f.d, shifted.result);
    if (f.S) setNZC(o, shifted);
  };

interface Fields {
  readonly n: number;
  readonly d: number;
  readonly m: number;
}
const plainOperands = (f: Fields) => plain(f.d, f.n, f.m);
const addOperands = (f: Fields) => plain(f.d, f.m) && f.n !== 15;
const compareOperands = (f: { readonly n: number; readonly m: number }) => f.n !== 15 && plain(f.m);
const testOperands = (f: { readonly n: number; readonly m: number }) => plain(f.n, f.m);
const moveOperands = (f: { readonly d: number; readonly m: number }) => plain(f.d, f.m);

/** Unshifted second operands, by far the most frequent: the same encodings as below with a shift of 0. */
// biome-ignore format: a table
export const unshiftedRegister = [
  insn('11101010000 S nnnn 0000 dddd 0000 mmmm', 'and{S}.w {d}, {n}, {m}', 'alu', 'A7.7.9 T2', logical(and),
    { over: true, common: true, when: plainOperands }),
  insn('11101010001 S nnnn 0000 dddd 0000 mmmm', 'bic{S}.w {d}, {n}, {m}', 'alu', 'A7.7.16 T2', logical(bitClear),
    { over: true, common: true, when: plainOperands }),
  insn('11101010010 S nnnn 0000 dddd 0000 mmmm', 'orr{S}.w {d}, {n}, {m}', 'alu', 'A7.7.92 T2', logical(or),
    { over: true, common: true, when: plainOperands }),
  insn('11101010100 S nnnn 0000 dddd 0000 mmmm', 'eor{S}.w {d}, {n}, {m}', 'alu', 'A7.7.36 T2', logical(xor),
    { over: true, common: true, when: plainOperands }),
  insn('11101011000 S nnnn 0000 dddd 0000 mmmm', 'add{S}.w {d}, {n}, {m}', 'alu', 'A7.7.4 T3', arithmetic(add),
    { over: true, common: true, when: addOperands }),
  insn('11101011101 S nnnn 0000 dddd 0000 mmmm', 'sub{S}.w {d}, {n}, {m}', 'alu', 'A7.7.175 T2', arithmetic(subtract),
    { over: true, common: true, when: addOperands }),
  insn('111010111011 nnnn 0000 1111 0000 mmmm', 'cmp.w {n}, {m}', 'alu', 'A7.7.28 T3', compare(subtract),
    { over: true, common: true, when: compareOperands }),
];

// biome-ignore format: a table
export const shiftedRegister = [
  insn('11101010000 S nnnn 0 iii dddd ii TT mmmm', 'and{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.9 T2', logical(and),
    { when: plainOperands }),
  insn('111010100001 nnnn 0 iii 1111 ii TT mmmm', 'tst.w {n}, {m}{shift}', 'alu', 'A7.7.189 T2', test(and),
    { when: testOperands }),
  insn('11101010001 S nnnn 0 iii dddd ii TT mmmm', 'bic{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.16 T2',
    logical(bitClear), { when: plainOperands }),
  insn('11101010010 S nnnn 0 iii dddd ii TT mmmm', 'orr{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.92 T2', logical(or),
    { when: plainOperands }),
  // MOV (register) T3 is ORR with Rn = 1111 and no shift; without S one of the two may be SP.
  insn('111010100100 1111 0000 dddd 0000 mmmm', 'mov.w {d}, {m}', 'alu', 'A7.7.77 T3',
    (o, f) => o.setReg(f.d, o.reg(f.m)), { common: true, when: (f) => plain(f.d) && f.m !== 15 }),
  insn('111010100100 1111 0000 1101 0000 mmmm', 'mov.w sp, {m}', 'alu', 'A7.7.77 T3',
    (o, f) => setSp(o, o.reg(f.m)), { when: (f) => plain(f.m) }),
  insn('111010100101 1111 0000 dddd 0000 mmmm', 'movs.w {d}, {m}', 'alu', 'A7.7.77 T3',
    (o, f) => move(second)(o, { ...f, S: 1 }), { when: moveOperands }),
  insn('11101010010 S 1111 0 iii dddd ii 00 mmmm', 'lsl{S}.w {d}, {m}, {imm}', 'alu', 'A7.7.68 T2',
    (o, f) => move(second)(o, { ...f, T: LSL }), { common: true, when: (f) => moveOperands(f) && f.i !== 0 }),
  insn('11101010010 S 1111 0 iii dddd ii 01 mmmm', 'lsr{S}.w {d}, {m}, {shift32}', 'alu', 'A7.7.70 T2',
    (o, f) => move(second)(o, { ...f, T: LSR }), { common: true, when: moveOperands }),
  insn('11101010010 S 1111 0 iii dddd ii 10 mmmm', 'asr{S}.w {d}, {m}, {shift32}', 'alu', 'A7.7.10 T2',
    (o, f) => move(second)(o, { ...f, T: ASR }), { when: moveOperands }),
  insn('11101010010 S 1111 0 iii dddd ii 11 mmmm', 'ror{S}.w {d}, {m}, {imm}', 'alu', 'A7.7.116 T1',
    (o, f) => move(second)(o, { ...f, T: ROR }), { when: (f) => moveOperands(f) && f.i !== 0 }),
  insn('11101010010 S 1111 0000 dddd 00 11 mmmm', 'rrx{S} {d}, {m}', 'alu', 'A7.7.118 T1',
    (o, f) => move(second)(o, { ...f, T: ROR, i: o.i32(0) }), { when: moveOperands }),
  insn('11101010011 S nnnn 0 iii dddd ii TT mmmm', 'orn{S} {d}, {n}, {m}{shift}', 'alu', 'A7.7.90 T1', logical(orNot),
    { when: plainOperands }),
  insn('11101010011 S 1111 0 iii dddd ii TT mmmm', 'mvn{S}.w {d}, {m}{shift}', 'alu', 'A7.7.86 T2', move(notSecond),
    { when: moveOperands }),
  insn('11101010100 S nnnn 0 iii dddd ii TT mmmm', 'eor{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.36 T2', logical(xor),
    { when: plainOperands }),
  insn('111010101001 nnnn 0 iii 1111 ii TT mmmm', 'teq {n}, {m}{shift}', 'alu', 'A7.7.187 T1', test(xor),
    { when: testOperands }),
  insn('11101011000 S nnnn 0 iii dddd ii TT mmmm', 'add{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.4 T3',
    arithmetic(add), { when: addOperands }),
  // Into SP: LSL #0–3 only.
  insn('11101011000 S 1101 0000 1101 ii 00 mmmm', 'add{S}.w sp, sp, {m}{lsl}', 'alu', 'A7.7.6 T3',
    arithmeticSp(add), { when: (f) => plain(f.m) }),
  insn('111010110001 nnnn 0 iii 1111 ii TT mmmm', 'cmn.w {n}, {m}{shift}', 'alu', 'A7.7.26 T2', compare(add),
    { when: compareOperands }),
  insn('11101011010 S nnnn 0 iii dddd ii TT mmmm', 'adc{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.2 T2',
    arithmetic(addCarry), { when: plainOperands }),
  insn('11101011011 S nnnn 0 iii dddd ii TT mmmm', 'sbc{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.125 T2',
    arithmetic(subtractCarry), { when: plainOperands }),
  insn('11101011101 S nnnn 0 iii dddd ii TT mmmm', 'sub{S}.w {d}, {n}, {m}{shift}', 'alu', 'A7.7.175 T2',
    arithmetic(subtract), { when: addOperands }),
  insn('11101011101 S 1101 0000 1101 ii 00 mmmm', 'sub{S}.w sp, sp, {m}{lsl}', 'alu', 'A7.7.177 T1',
    arithmeticSp(subtract), { when: (f) => plain(f.m) }),
  insn('111010111011 nnnn 0 iii 1111 ii TT mmmm', 'cmp.w {n}, {m}{shift}', 'alu', 'A7.7.28 T3', compare(subtract),
    { when: compareOperands }),
  insn('11101011110 S nnnn 0 iii dddd ii TT mmmm', 'rsb{S} {d}, {n}, {m}{shift}', 'alu', 'A7.7.120 T1',
    arithmetic(reverseSubtract), { when: plainOperands }),
];

/** RBIT, by halves. */
function reverseBits(o: Emitter, value: Int): Int {
  const swap = (x: Int, amount: number, mask: number): Int =>
    o.or(o.shl(o.and(x, mask), amount), o.and(o.shrU(x, amount), mask));
  return reverse(o, swap(swap(swap(value, 1, 0x55555555), 2, 0x33333333), 4, 0x0f0f0f0f));
}

/** The same register stands in both places; anything else is UNPREDICTABLE. */
const twice = (f: { readonly n: number; readonly d: number; readonly m: number }) => f.n === f.m && plain(f.d, f.m);

// biome-ignore format: a table
export const dataProcessingRegister = [
  insn('11111010000 S nnnn 1111 dddd 0000 mmmm', 'lsl{S}.w {d}, {n}, {m}', 'alu', 'A7.7.69 T2', shiftByRegister(LSL),
    { common: true, when: plainOperands }),
  insn('11111010001 S nnnn 1111 dddd 0000 mmmm', 'lsr{S}.w {d}, {n}, {m}', 'alu', 'A7.7.71 T2', shiftByRegister(LSR),
    { common: true, when: plainOperands }),
  insn('11111010010 S nnnn 1111 dddd 0000 mmmm', 'asr{S}.w {d}, {n}, {m}', 'alu', 'A7.7.11 T2', shiftByRegister(ASR),
    { when: plainOperands }),
  insn('11111010011 S nnnn 1111 dddd 0000 mmmm', 'ror{S}.w {d}, {n}, {m}', 'alu', 'A7.7.117 T2', shiftByRegister(ROR),
    { when: plainOperands }),
  insn('111110101001 nnnn 1111 dddd 1000 mmmm', 'rev.w {d}, {n=m}', 'alu', 'A7.7.113 T2',
    (o, f) => o.setReg(f.d, reverse(o, o.reg(f.m))), { when: twice }),
  insn('111110101001 nnnn 1111 dddd 1001 mmmm', 'rev16.w {d}, {n=m}', 'alu', 'A7.7.114 T2',
    (o, f) => o.setReg(f.d, reverse16(o, o.reg(f.m))), { when: twice }),
  insn('111110101001 nnnn 1111 dddd 1010 mmmm', 'rbit {d}, {n=m}', 'alu', 'A7.7.112 T1',
    (o, f) => o.setReg(f.d, reverseBits(o, o.reg(f.m))), { when: twice }),
  insn('111110101001 nnnn 1111 dddd 1011 mmmm', 'revsh.w {d}, {n=m}', 'alu', 'A7.7.115 T2',
    (o, f) => o.setReg(f.d, o.extend16S(reverse16(o, o.reg(f.m)))), { when: twice }),
  insn('111110101011 nnnn 1111 dddd 1000 mmmm', 'clz {d}, {n=m}', 'alu', 'A7.7.24 T1',
    (o, f) => o.setReg(f.d, o.clz(o.reg(f.m))), { when: twice }),
];
