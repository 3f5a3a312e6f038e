import type { Emitter, Int } from '../../isa/emitter.js';

/**
 * The functions of the manual's pseudocode that instruction bodies share, over the emitter. Flags live in words:
 * N is the sign bit of `n`, Z is set where `z` is 0, C is `c` (0 or 1), V is the overflow of `va` − `vb`: most flags are
 * never looked at, so whoever looks does the work.
 */

/** A result with the carry and overflow that come with it; `carry` is 0 or 1, the overflow is that of a difference. */
export interface Sum {
  readonly result: Int;
  readonly carry: Int;
  readonly overflow: readonly [minuend: Int, subtrahend: Int];
}
/** A shifter result and its carry out, 0 or 1. */
export interface Shifted {
  readonly result: Int;
  readonly carry: Int;
}

const SIGN = -0x8000_0000;

/** The overflow of a − b as a sign bit. */
export function overflowOf(o: Emitter, [a, b]: Sum['overflow']): Int {
  return o.and(o.xor(a, b), o.xor(a, o.sub(a, b)));
}

/** AddWithCarry() of A2.2.1; `carryIn` is 0 or 1. */
export function addWithCarry(o: Emitter, x: Int, y: Int | number, carryIn: Int | 0): Sum {
  const partial = o.add(x, y);
  const result = carryIn === 0 ? partial : o.add(partial, carryIn);
  const first = o.ltU(partial, x);
  const carry = carryIn === 0 ? first : o.or(first, o.ltU(result, carryIn));
  if (carryIn === 0) return { result, carry, overflow: [result, x] };
  const overflow = o.and(o.xor(result, x), o.xor(result, y));
  return { result, carry, overflow: [o.and(overflow, SIGN), o.i32(1)] };
}

/** AddWithCarry(x, NOT(y), '1'), in the form that needs no complement. */
export function subtract(o: Emitter, x: Int, y: Int | number): Sum {
  const result = o.sub(x, y);
  return { result, carry: o.leU(y, x), overflow: [x, typeof y === 'number' ? o.i32(y) : y] };
}

export function setNZ(o: Emitter, result: Int): void {
  o.set('n', result);
  o.set('z', result);
}

export function setNZC(o: Emitter, { result, carry }: Shifted): void {
  setNZ(o, result);
  o.set('c', carry);
}

export function setNZCV(o: Emitter, sum: Sum): void {
  setNZC(o, sum);
  o.set('va', sum.overflow[0]);
  o.set('vb', sum.overflow[1]);
}

/** Shift types of DecodeImmShift() (A7.4.2). */
export const LSL = 0;
export const LSR = 1;
export const ASR = 2;
export const ROR = 3;

/** Shift_C() by an immediate of 0–31 as encoded: 0 stands for LSR #32, ASR #32 and RRX (A7.4.2). */
export function shiftImmediateC(o: Emitter, value: Int, type: number, amount: Int): Shifted {
  if (type === LSL) {
    const out = o.and(o.shrU(value, o.sub(0, amount)), 1);
    return { result: o.shl(value, amount), carry: o.select(o.eq(amount, 0), o.get('c'), out) };
  }
  if (type === ROR) {
    const rotated = o.rotr(value, amount);
    const extended = o.or(o.shl(o.get('c'), 31), o.shrU(value, 1));
    const rrx = o.eq(amount, 0);
    const carry = o.select(rrx, o.and(value, 1), o.shrU(rotated, 31));
    return { result: o.select(rrx, extended, rotated), carry };
  }
  // One step short (31 for an encoded 0), then the last step: the carry is the bit it drops.
  const shift = type === LSR ? o.shrU.bind(o) : o.shrS.bind(o);
  const short = shift(value, o.sub(amount, 1));
  return { result: shift(short, 1), carry: o.and(short, 1) };
}

/** Shift() by an encoded immediate. */
export function shiftImmediate(o: Emitter, value: Int, type: number, amount: Int): Int {
  return shiftImmediateC(o, value, type, amount).result;
}

/** Shift_C() by the low byte of a register, 0–255. */
export function shiftRegisterC(o: Emitter, value: Int, type: number, register: Int): Shifted {
  const amount = o.and(register, 0xff);
  const none = o.eq(amount, 0);
  if (type === ROR) {
    const result = o.rotr(value, amount);
    return { result, carry: o.select(none, o.get('c'), o.shrU(result, 31)) };
  }
  if (type === ASR) {
    const sign = o.shrS(value, 31);
    const short = o.select(o.ltU(amount, 33), o.shrS(value, o.sub(amount, 1)), sign);
    const result = o.select(o.ltU(amount, 32), o.shrS(value, amount), sign);
    return { result, carry: o.select(none, o.get('c'), o.and(short, 1)) };
  }
  const shift = type === LSL ? o.shl.bind(o) : o.shrU.bind(o);
  const out = type === LSL ? o.shrU(value, o.sub(0, amount)) : o.shrU(value, o.sub(amount, 1));
  const carry = o.and(o.select(o.ltU(amount, 33), out, 0), 1);
  return {
    result: o.select(o.ltU(amount, 32), shift(value, amount), 0),
    carry: o.select(none, o.get('c'), carry),
  };
}

/** ThumbExpandImm() of A5.3.2; `imm12` is i:imm3:imm8. */
export function thumbExpandImm(o: Emitter, imm12: Int): Int {
  const imm8 = o.and(imm12, 0xff);
  const kind = o.shrU(imm12, 8);
  const repeat = o.select(
    o.eq(kind, 0),
    1,
    o.select(o.eq(kind, 1), 0x00010001, o.select(o.eq(kind, 2), 0x01000100, 0x01010101)),
  );
  const rotated = o.rotr(o.or(o.and(imm12, 0x7f), 0x80), o.shrU(imm12, 7));
  return o.select(o.ltU(kind, 4), o.mul(imm8, repeat), rotated);
}

/** ThumbExpandImm_C(): a constant that is not rotated leaves the carry as it is. */
export function thumbExpandImmC(o: Emitter, imm12: Int): Shifted {
  const result = thumbExpandImm(o, imm12);
  return { result, carry: o.select(o.ltU(imm12, 0x400), o.get('c'), o.shrU(result, 31)) };
}

/** Value of the PC as an operand: the address of the instruction + 4 (A4.2.1). */
export function pcOperand(o: Emitter): Int {
  return o.add(o.pc, 4);
}
/** Align(PC, 4): the base of literals and ADR. */
export function pcAligned(o: Emitter): Int {
  return o.and(pcOperand(o), -4);
}

/** Writes a register that may be SP, whose bits 1:0 are always 0 (B1.4.1). */
export function setR(o: Emitter, index: Int, value: Int): void {
  o.setReg(index, o.and(value, o.select(o.eq(index, 13), -4, -1)));
}
export function setSp(o: Emitter, value: Int): void {
  o.setReg(13, o.and(value, -4));
}

/**
 * The stack grows to `sp`. Where that is below its limit for the first time, the address of the instruction is noted: arithmetic alone, so
 * that it costs next to nothing. The limit is 0 while the process stack is in use, whose end nobody knows.
 */
export function growStack(o: Emitter, sp: Int): void {
  const first = o.get('stackPc');
  const below = o.and(o.ltU(sp, o.get('stackLimit')), o.eq(first, 0));
  o.set('stackPc', o.select(below, o.pc, first));
  o.setReg(13, sp);
}

/** ConditionHolds() of A7.3.1, for a condition that is known; gives 0 or 1. */
export function conditionHolds(o: Emitter, condition: number): Int {
  const overflow = () => overflowOf(o, [o.get('va'), o.get('vb')]);
  const notZero = () => o.ne(o.get('z'), 0);
  const greaterOrEqual = () => o.leS(0, o.xor(o.get('n'), overflow()));
  const tests = [
    () => o.eq(o.get('z'), 0),
    () => o.get('c'),
    () => o.ltS(o.get('n'), 0),
    () => o.ltS(overflow(), 0),
    () => o.and(o.get('c'), notZero()),
    greaterOrEqual,
    () => o.and(notZero(), greaterOrEqual()),
    () => o.i32(1),
  ];
  const holds = tests[condition >> 1]!();
  return (condition & 1) === 1 && condition !== 15 ? o.eq(holds, 0) : holds;
}

/** BranchWritePC(): bit 0 of the target is ignored (B1.4.7). */
export function branchWritePC(o: Emitter, target: Int): void {
  o.branch(o.and(target, -2));
}

/**
 * BXWritePC(), also LoadWritePC(): EXC_RETURN in Handler mode, and bit 0 becomes EPSR.T. It ends the instruction, and
 * everything else the instruction writes must have been written.
 */
export function bxWritePC(o: Emitter, target: Int): void {
  o.if(o.leU(0xf0000000 | 0, target), () => {
    o.if(o.get('ipsr'), () => o.trap('exceptionReturn', target));
  });
  o.if(
    o.and(target, 1),
    () => o.branch(o.and(target, -2)),
    () => o.trap('invalidState', target),
  );
}

// Predicates for `when`, on plain fields.

/** The registers are neither SP nor PC, which the manual's BadReg-like clauses ask for almost everywhere. */
export function plain(...registers: readonly number[]): boolean {
  return registers.every((register) => register !== 13 && register !== 15);
}
export function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
/** ThumbExpandImm() of a repeated zero byte is UNPREDICTABLE. */
export function expandable(imm12: number): boolean {
  return imm12 >>> 8 === 0 || imm12 >>> 8 > 3 || (imm12 & 0xff) !== 0;
}
