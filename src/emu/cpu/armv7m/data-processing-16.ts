import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import {
  ASR,
  addWithCarry,
  branchWritePC,
  growStack,
  LSL,
  LSR,
  pcAligned,
  pcOperand,
  plain,
  ROR,
  type Shifted,
  type Sum,
  setNZ,
  setNZC,
  setNZCV,
  setSp,
  shiftImmediateC,
  shiftRegisterC,
  subtract,
} from './pseudocode.js';

/** 16-bit data processing (A5.2.1–A5.2.3). They set the flags outside an IT block only. */

const common = { common: true };

function arithmetic(o: Emitter, d: Int, sum: Sum): void {
  o.setReg(d, sum.result);
  if (!o.inItBlock) setNZCV(o, sum);
}
function shifted(o: Emitter, d: Int, value: Shifted): void {
  o.setReg(d, value.result);
  if (!o.inItBlock) setNZC(o, value);
}
/** Logical operations leave C and V as they are. */
function logical(o: Emitter, d: Int, result: Int): void {
  o.setReg(d, result);
  if (!o.inItBlock) setNZ(o, result);
}

// biome-ignore format: a table
export const shiftAddSubtractMoveCompare = [
  insn('00000 iiiii mmm ddd', 'lsl{s} {d}, {m}, {imm}', 'alu', 'A7.7.68 T1',
    (o, f) => shifted(o, f.d, shiftImmediateC(o, o.reg(f.m), LSL, f.i)), common),
  // In an IT block UNPREDICTABLE: it sets the flags there too.
  insn('00000 00000 mmm ddd', 'movs {d}, {m}', 'alu', 'A7.7.77 T2',
    (o, f) => {
      const value = o.reg(f.m);
      o.setReg(f.d, value);
      setNZ(o, value);
    }, { over: true, common: true }),
  insn('00001 iiiii mmm ddd', 'lsr{s} {d}, {m}, {shift32}', 'alu', 'A7.7.70 T1',
    (o, f) => shifted(o, f.d, shiftImmediateC(o, o.reg(f.m), LSR, f.i)), common),
  insn('00010 iiiii mmm ddd', 'asr{s} {d}, {m}, {shift32}', 'alu', 'A7.7.10 T1',
    (o, f) => shifted(o, f.d, shiftImmediateC(o, o.reg(f.m), ASR, f.i)), common),
  insn('0001100 mmm nnn ddd', 'add{s} {d}, {n}, {m}', 'alu', 'A7.7.4 T1',
    (o, f) => arithmetic(o, f.d, addWithCarry(o, o.reg(f.n), o.reg(f.m), 0)), common),
  insn('0001101 mmm nnn ddd', 'sub{s} {d}, {n}, {m}', 'alu', 'A7.7.175 T1',
    (o, f) => arithmetic(o, f.d, subtract(o, o.reg(f.n), o.reg(f.m))), common),
  insn('0001110 iii nnn ddd', 'add{s} {d}, {n}, {imm}', 'alu', 'A7.7.3 T1',
    (o, f) => arithmetic(o, f.d, addWithCarry(o, o.reg(f.n), f.i, 0)), common),
  insn('0001111 iii nnn ddd', 'sub{s} {d}, {n}, {imm}', 'alu', 'A7.7.174 T1',
    (o, f) => arithmetic(o, f.d, subtract(o, o.reg(f.n), f.i)), common),
  insn('00100 ddd iiiiiiii', 'mov{s} {d}, {imm}', 'alu', 'A7.7.76 T1', (o, f) => logical(o, f.d, f.i), common),
  insn('00101 nnn iiiiiiii', 'cmp {n}, {imm}', 'alu', 'A7.7.27 T1',
    (o, f) => setNZCV(o, subtract(o, o.reg(f.n), f.i)), common),
  insn('00110 ddd iiiiiiii', 'add{s} {d}, {imm}', 'alu', 'A7.7.3 T2',
    (o, f) => arithmetic(o, f.d, addWithCarry(o, o.reg(f.d), f.i, 0)), common),
  insn('00111 ddd iiiiiiii', 'sub{s} {d}, {imm}', 'alu', 'A7.7.174 T2',
    (o, f) => arithmetic(o, f.d, subtract(o, o.reg(f.d), f.i)), common),
];

// biome-ignore format: a table
export const dataProcessing16 = [
  insn('0100000000 mmm ddd', 'and{s} {d}, {m}', 'alu', 'A7.7.9 T1',
    (o, f) => logical(o, f.d, o.and(o.reg(f.d), o.reg(f.m))), common),
  insn('0100000001 mmm ddd', 'eor{s} {d}, {m}', 'alu', 'A7.7.36 T1',
    (o, f) => logical(o, f.d, o.xor(o.reg(f.d), o.reg(f.m))), common),
  insn('0100000010 mmm ddd', 'lsl{s} {d}, {m}', 'alu', 'A7.7.69 T1',
    (o, f) => shifted(o, f.d, shiftRegisterC(o, o.reg(f.d), LSL, o.reg(f.m))), common),
  insn('0100000011 mmm ddd', 'lsr{s} {d}, {m}', 'alu', 'A7.7.71 T1',
    (o, f) => shifted(o, f.d, shiftRegisterC(o, o.reg(f.d), LSR, o.reg(f.m))), common),
  insn('0100000100 mmm ddd', 'asr{s} {d}, {m}', 'alu', 'A7.7.11 T1', (o, f) =>
    shifted(o, f.d, shiftRegisterC(o, o.reg(f.d), ASR, o.reg(f.m)))),
  insn('0100000101 mmm ddd', 'adc{s} {d}, {m}', 'alu', 'A7.7.2 T1',
    (o, f) => arithmetic(o, f.d, addWithCarry(o, o.reg(f.d), o.reg(f.m), o.get('c'))), common),
  insn('0100000110 mmm ddd', 'sbc{s} {d}, {m}', 'alu', 'A7.7.125 T1',
    (o, f) => arithmetic(o, f.d, addWithCarry(o, o.reg(f.d), o.not(o.reg(f.m)), o.get('c'))), common),
  insn('0100000111 mmm ddd', 'ror{s} {d}, {m}', 'alu', 'A7.7.117 T1', (o, f) =>
    shifted(o, f.d, shiftRegisterC(o, o.reg(f.d), ROR, o.reg(f.m)))),
  insn('0100001000 mmm nnn', 'tst {n}, {m}', 'alu', 'A7.7.189 T1',
    (o, f) => setNZ(o, o.and(o.reg(f.n), o.reg(f.m))), common),
  insn('0100001001 nnn ddd', 'rsb{s} {d}, {n}, #0', 'alu', 'A7.7.119 T1',
    (o, f) => arithmetic(o, f.d, subtract(o, o.i32(0), o.reg(f.n))), common),
  insn('0100001010 mmm nnn', 'cmp {n}, {m}', 'alu', 'A7.7.28 T1',
    (o, f) => setNZCV(o, subtract(o, o.reg(f.n), o.reg(f.m))), common),
  insn('0100001011 mmm nnn', 'cmn {n}, {m}', 'alu', 'A7.7.26 T1', (o, f) =>
    setNZCV(o, addWithCarry(o, o.reg(f.n), o.reg(f.m), 0))),
  insn('0100001100 mmm ddd', 'orr{s} {d}, {m}', 'alu', 'A7.7.92 T1',
    (o, f) => logical(o, f.d, o.or(o.reg(f.d), o.reg(f.m))), common),
  insn('0100001101 nnn ddd', 'mul{s} {d}, {n}, {d}', 'mul', 'A7.7.84 T1',
    (o, f) => logical(o, f.d, o.mul(o.reg(f.n), o.reg(f.d))), common),
  insn('0100001110 mmm ddd', 'bic{s} {d}, {m}', 'alu', 'A7.7.16 T1',
    (o, f) => logical(o, f.d, o.and(o.reg(f.d), o.not(o.reg(f.m)))), common),
  insn('0100001111 mmm ddd', 'mvn{s} {d}, {m}', 'alu', 'A7.7.86 T1',
    (o, f) => logical(o, f.d, o.not(o.reg(f.m))), common),
];

/** ADD, CMP and MOV of high registers (A5.2.3); rows of their own where an operand is the PC or the result is SP. */
// biome-ignore format: a table
export const highRegisters = [
  insn('01000100 d mmmm ddd', 'add {d}, {m}', 'alu', 'A7.7.4 T2',
    (o, f) => o.setReg(f.d, o.add(o.reg(f.d), o.reg(f.m))), { common: true, when: (f) => plain(f.d) && f.m !== 15 }),
  insn('01000100 d 1111 ddd', 'add {d}, pc', 'alu', 'A7.7.4 T2',
    (o, f) => o.setReg(f.d, o.add(o.reg(f.d), pcOperand(o))), { when: (f) => plain(f.d) }),
  insn('01000100 1 mmmm 101', 'add sp, {m}', 'alu', 'A7.7.4 T2',
    (o, f) => setSp(o, o.add(o.reg(13), o.reg(f.m))), { when: (f) => f.m !== 15 }),
  insn('01000100 1 1111 101', 'add sp, pc', 'alu', 'A7.7.4 T2', (o) => setSp(o, o.add(o.reg(13), pcOperand(o)))),
  insn('01000100 1 mmmm 111', 'add pc, {m}', 'branch', 'A7.7.4 T2',
    (o, f) => branchWritePC(o, o.add(pcOperand(o), o.reg(f.m))), { when: (f) => f.m !== 15 }),
  // Two low registers are UNPREDICTABLE here: T1 is their encoding.
  insn('01000101 n mmmm nnn', 'cmp {n}, {m}', 'alu', 'A7.7.28 T2',
    (o, f) => setNZCV(o, subtract(o, o.reg(f.n), o.reg(f.m))),
    { common: true, when: (f) => f.n !== 15 && f.m !== 15 && (f.n > 7 || f.m > 7) }),
  insn('01000110 d mmmm ddd', 'mov {d}, {m}', 'alu', 'A7.7.77 T1',
    (o, f) => o.setReg(f.d, o.reg(f.m)), { common: true, when: (f) => plain(f.d) && f.m !== 15 }),
  insn('01000110 d 1111 ddd', 'mov {d}, pc', 'alu', 'A7.7.77 T1',
    (o, f) => o.setReg(f.d, pcOperand(o)), { when: (f) => plain(f.d) }),
  insn('01000110 1 mmmm 101', 'mov sp, {m}', 'alu', 'A7.7.77 T1',
    (o, f) => setSp(o, o.reg(f.m)), { when: (f) => f.m !== 15 }),
  insn('01000110 1 1111 101', 'mov sp, pc', 'alu', 'A7.7.77 T1', (o) => setSp(o, pcOperand(o))),
  insn('01000110 1 mmmm 111', 'mov pc, {m}', 'branch', 'A7.7.77 T1',
    (o, f) => branchWritePC(o, o.reg(f.m)), { when: (f) => f.m !== 15 }),
  insn('01000110 1 1111 111', 'mov pc, pc', 'branch', 'A7.7.77 T1', (o) => branchWritePC(o, pcOperand(o))),
];

// biome-ignore format: a table
export const addressAndStackPointer = [
  insn('10100 ddd iiiiiiii', 'adr {d}, {literal8}', 'alu', 'A7.7.7 T1', (o, f) =>
    o.setReg(f.d, o.add(pcAligned(o), o.shl(f.i, 2)))),
  insn('10101 ddd iiiiiiii', 'add {d}, sp, {imm*4}', 'alu', 'A7.7.5 T1',
    (o, f) => o.setReg(f.d, o.add(o.reg(13), o.shl(f.i, 2))), common),
  insn('1011 0000 0 iiiiiii', 'add sp, {imm*4}', 'alu', 'A7.7.5 T2',
    (o, f) => setSp(o, o.add(o.reg(13), o.shl(f.i, 2))), common),
  insn('1011 0000 1 iiiiiii', 'sub sp, {imm*4}', 'alu', 'A7.7.176 T1',
    (o, f) => growStack(o, o.and(o.sub(o.reg(13), o.shl(f.i, 2)), -4)), common),
];

/** REV16: the bytes of each halfword swapped. */
export function reverse16(o: Emitter, value: Int): Int {
  return o.or(o.shl(o.and(value, 0x00ff00ff), 8), o.and(o.shrU(value, 8), 0x00ff00ff));
}
/** REV: the bytes of the word in reverse order. */
export function reverse(o: Emitter, value: Int): Int {
  return o.rotr(reverse16(o, value), 16);
}

// biome-ignore format: a table
export const extendAndReverse16 = [
  insn('1011 0010 00 mmm ddd', 'sxth {d}, {m}', 'alu', 'A7.7.184 T1',
    (o, f) => o.setReg(f.d, o.extend16S(o.reg(f.m))), common),
  insn('1011 0010 01 mmm ddd', 'sxtb {d}, {m}', 'alu', 'A7.7.182 T1',
    (o, f) => o.setReg(f.d, o.extend8S(o.reg(f.m))), common),
  insn('1011 0010 10 mmm ddd', 'uxth {d}, {m}', 'alu', 'A7.7.223 T1',
    (o, f) => o.setReg(f.d, o.and(o.reg(f.m), 0xffff)), common),
  insn('1011 0010 11 mmm ddd', 'uxtb {d}, {m}', 'alu', 'A7.7.221 T1',
    (o, f) => o.setReg(f.d, o.and(o.reg(f.m), 0xff)), common),
  insn('1011 1010 00 mmm ddd', 'rev {d}, {m}', 'alu', 'A7.7.113 T1', (o, f) => o.setReg(f.d, reverse(o, o.reg(f.m)))),
  insn('1011 1010 01 mmm ddd', 'rev16 {d}, {m}', 'alu', 'A7.7.114 T1', (o, f) =>
    o.setReg(f.d, reverse16(o, o.reg(f.m)))),
  insn('1011 1010 11 mmm ddd', 'revsh {d}, {m}', 'alu', 'A7.7.115 T1', (o, f) =>
    o.setReg(f.d, o.extend16S(reverse16(o, o.reg(f.m))))),
];
