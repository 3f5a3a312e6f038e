import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { setQ } from './multiply-halfword.js';
import { plain } from './pseudocode.js';

/** Saturating, extending and packing instructions of the DSP extension; the parallel ones are in `dsp-parallel.ts`. */

/** Clamps an i32 into [low, high]. */
export function clamp(o: Emitter, value: Int, low: Int | number, high: Int | number): Int {
  const atLeast = o.select(o.ltS(value, low), low, value);
  return o.select(o.ltS(high, atLeast), high, atLeast);
}

/** SignedSatQ(x ± y, 32): a sum that overflows becomes the nearest end of the range; sets Q. */
function saturating32(o: Emitter, x: Int, y: Int, subtract: boolean): Int {
  const result = subtract ? o.sub(x, y) : o.add(x, y);
  const overflow = subtract ? o.and(o.xor(x, y), o.xor(x, result)) : o.and(o.xor(result, x), o.xor(result, y));
  const overflowed = o.ltS(overflow, 0);
  setQ(o, overflowed);
  return o.select(overflowed, o.xor(o.shrS(x, 31), 0x7fffffff), result);
}

/** Saturates to `high` and its complement (signed) or 0 (unsigned), with Q. */
function saturate(o: Emitter, value: Int, low: Int | number, high: Int): Int {
  const result = clamp(o, value, low, high);
  setQ(o, o.ne(result, value));
  return result;
}
/** 2^(sat_imm) − 1: the field holds the width − 1 for SSAT, the width for USAT. */
function ones(o: Emitter, width: Int): Int {
  return o.sub(o.shl(1, width), 1);
}
function shiftedOperand(o: Emitter, f: { readonly n: Int; readonly i: Int; readonly H: number }): Int {
  // sh = 1 with an amount of 0 is SSAT16/USAT16.
  return f.H ? o.shrS(o.reg(f.n), f.i) : o.shl(o.reg(f.n), f.i);
}
/** The signed halves of a word. */
export function halves(o: Emitter, value: Int): { low: Int; high: Int } {
  return { low: o.extend16S(value), high: o.shrS(value, 16) };
}
export function pack(o: Emitter, low: Int, high: Int): Int {
  return o.or(o.and(low, 0xffff), o.shl(high, 16));
}
function saturate16(o: Emitter, value: Int, low: Int | number, high: Int): Int {
  const { low: bottom, high: top } = halves(o, value);
  return pack(o, saturate(o, bottom, low, high), saturate(o, top, low, high));
}

const plainTwo = (f: { readonly n: number; readonly d: number }) => plain(f.n, f.d);
const plainThree = (f: { readonly n: number; readonly d: number; readonly m: number }) => plain(f.n, f.d, f.m);

// biome-ignore format: a table
export const saturating = [
  insn('111110101000 nnnn 1111 dddd 1000 mmmm', 'qadd {d}, {m}, {n}', 'alu', 'A7.7.102 T1',
    (o, f) => o.setReg(f.d, saturating32(o, o.reg(f.m), o.reg(f.n), false)), { when: plainThree }),
  insn('111110101000 nnnn 1111 dddd 1001 mmmm', 'qdadd {d}, {m}, {n}', 'alu', 'A7.7.106 T1', (o, f) => {
      const doubled = saturating32(o, o.reg(f.n), o.reg(f.n), false);
      o.setReg(f.d, saturating32(o, o.reg(f.m), doubled, false));
    }, { when: plainThree }),
  insn('111110101000 nnnn 1111 dddd 1010 mmmm', 'qsub {d}, {m}, {n}', 'alu', 'A7.7.109 T1',
    (o, f) => o.setReg(f.d, saturating32(o, o.reg(f.m), o.reg(f.n), true)), { when: plainThree }),
  insn('111110101000 nnnn 1111 dddd 1011 mmmm', 'qdsub {d}, {m}, {n}', 'alu', 'A7.7.107 T1', (o, f) => {
      const doubled = saturating32(o, o.reg(f.n), o.reg(f.n), false);
      o.setReg(f.d, saturating32(o, o.reg(f.m), doubled, true));
    }, { when: plainThree }),
  insn('1111001100 H 0 nnnn 0 iii dddd ii 0 wwwww', 'ssat {d}, {width}, {n}{satshift}', 'alu', 'A7.7.152 T1', (o, f) => {
      const high = ones(o, f.w);
      o.setReg(f.d, saturate(o, shiftedOperand(o, f), o.not(high), high));
    }, { when: (f) => plainTwo(f) && !(f.H === 1 && f.i === 0) }),
  insn('1111001110 H 0 nnnn 0 iii dddd ii 0 wwwww', 'usat {d}, {satwidth}, {n}{satshift}', 'alu', 'A7.7.213 T1',
    (o, f) => o.setReg(f.d, saturate(o, shiftedOperand(o, f), 0, ones(o, f.w))),
    { when: (f) => plainTwo(f) && !(f.H === 1 && f.i === 0) }),
  insn('111100110010 nnnn 0000 dddd 0000 wwww', 'ssat16 {d}, {width}, {n}', 'alu', 'A7.7.153 T1', (o, f) => {
      const high = ones(o, f.w);
      o.setReg(f.d, saturate16(o, o.reg(f.n), o.not(high), high));
    }, { when: plainTwo }),
  insn('111100111010 nnnn 0000 dddd 0000 wwww', 'usat16 {d}, {satwidth}, {n}', 'alu', 'A7.7.214 T1',
    (o, f) => o.setReg(f.d, saturate16(o, o.reg(f.n), 0, ones(o, f.w))), { when: plainTwo }),
];

interface Extend {
  readonly n: Int;
  readonly d: Int;
  readonly m: Int;
  readonly r: Int;
}
function rotated(o: Emitter, f: { readonly m: Int; readonly r: Int }): Int {
  return o.rotr(o.reg(f.m), o.shl(f.r, 3));
}
const signed16 = (o: Emitter, x: Int): Int => pack(o, o.extend8S(x), o.extend8S(o.shrU(x, 16)));
const unsigned16 = (o: Emitter, x: Int): Int => o.and(x, 0x00ff00ff);
const extend = (operation: (o: Emitter, x: Int) => Int) => (o: Emitter, f: Omit<Extend, 'n'>) =>
  o.setReg(f.d, operation(o, rotated(o, f)));
const extendAdd = (operation: (o: Emitter, x: Int) => Int) => (o: Emitter, f: Extend) =>
  o.setReg(f.d, o.add(o.reg(f.n), operation(o, rotated(o, f))));
/** Both halves are added on their own. */
const extendAdd16 = (operation: (o: Emitter, x: Int) => Int) => (o: Emitter, f: Extend) => {
  const [n, x] = [o.reg(f.n), operation(o, rotated(o, f))];
  o.setReg(f.d, pack(o, o.add(n, x), o.add(o.shrU(n, 16), o.shrU(x, 16))));
};
const sxth = (o: Emitter, x: Int): Int => o.extend16S(x);
const uxth = (o: Emitter, x: Int): Int => o.and(x, 0xffff);
const sxtb = (o: Emitter, x: Int): Int => o.extend8S(x);
const uxtb = (o: Emitter, x: Int): Int => o.and(x, 0xff);
const extendOperands = (f: { readonly d: number; readonly m: number }) => plain(f.d, f.m);

// biome-ignore format: a table
export const extending = [
  insn('111110100000 1111 1111 dddd 10 rr mmmm', 'sxth.w {d}, {m}{rotation}', 'alu', 'A7.7.184 T2', extend(sxth),
    { when: extendOperands }),
  insn('111110100000 nnnn 1111 dddd 10 rr mmmm', 'sxtah {d}, {n}, {m}{rotation}', 'alu', 'A7.7.181 T1', extendAdd(sxth),
    { when: plainThree }),
  insn('111110100001 1111 1111 dddd 10 rr mmmm', 'uxth.w {d}, {m}{rotation}', 'alu', 'A7.7.223 T2', extend(uxth),
    { when: extendOperands }),
  insn('111110100001 nnnn 1111 dddd 10 rr mmmm', 'uxtah {d}, {n}, {m}{rotation}', 'alu', 'A7.7.220 T1', extendAdd(uxth),
    { when: plainThree }),
  insn('111110100010 1111 1111 dddd 10 rr mmmm', 'sxtb16 {d}, {m}{rotation}', 'alu', 'A7.7.183 T1', extend(signed16),
    { when: extendOperands }),
  insn('111110100010 nnnn 1111 dddd 10 rr mmmm', 'sxtab16 {d}, {n}, {m}{rotation}', 'alu', 'A7.7.180 T1',
    extendAdd16(signed16), { when: plainThree }),
  insn('111110100011 1111 1111 dddd 10 rr mmmm', 'uxtb16 {d}, {m}{rotation}', 'alu', 'A7.7.222 T1', extend(unsigned16),
    { when: extendOperands }),
  insn('111110100011 nnnn 1111 dddd 10 rr mmmm', 'uxtab16 {d}, {n}, {m}{rotation}', 'alu', 'A7.7.219 T1',
    extendAdd16(unsigned16), { when: plainThree }),
  insn('111110100100 1111 1111 dddd 10 rr mmmm', 'sxtb.w {d}, {m}{rotation}', 'alu', 'A7.7.182 T2', extend(sxtb),
    { when: extendOperands }),
  insn('111110100100 nnnn 1111 dddd 10 rr mmmm', 'sxtab {d}, {n}, {m}{rotation}', 'alu', 'A7.7.179 T1', extendAdd(sxtb),
    { when: plainThree }),
  insn('111110100101 1111 1111 dddd 10 rr mmmm', 'uxtb.w {d}, {m}{rotation}', 'alu', 'A7.7.221 T2', extend(uxtb),
    { when: extendOperands }),
  insn('111110100101 nnnn 1111 dddd 10 rr mmmm', 'uxtab {d}, {n}, {m}{rotation}', 'alu', 'A7.7.218 T1', extendAdd(uxtb),
    { when: plainThree }),
];

/** Σ |n − m| over the four bytes. */
function absoluteDifferences(o: Emitter, n: Int, m: Int): Int {
  let sum: Int = o.i32(0);
  for (const shift of [0, 8, 16, 24]) {
    const difference = o.sub(o.and(o.shrU(n, shift), 0xff), o.and(o.shrU(m, shift), 0xff));
    const sign = o.shrS(difference, 31);
    sum = o.add(sum, o.sub(o.xor(difference, sign), sign));
  }
  return sum;
}

// biome-ignore format: a table
export const packing = [
  insn('111010101100 nnnn 0 iii dddd ii 00 mmmm', 'pkhbt {d}, {n}, {m}{pkhlsl}', 'alu', 'A7.7.93 T1',
    (o, f) => o.setReg(f.d, o.or(o.and(o.reg(f.n), 0xffff), o.and(o.shl(o.reg(f.m), f.i), -0x10000))),
    { when: plainThree }),
  // ASR by an encoded 0 is ASR #32: one short of it, then one more.
  insn('111010101100 nnnn 0 iii dddd ii 10 mmmm', 'pkhtb {d}, {n}, {m}, asr {shift32}', 'alu', 'A7.7.93 T1', (o, f) => {
      const shifted = o.shrS(o.shrS(o.reg(f.m), o.sub(f.i, 1)), 1);
      o.setReg(f.d, o.or(o.and(o.reg(f.n), -0x10000), o.and(shifted, 0xffff)));
    }, { when: plainThree }),
  // GE bit i chooses byte i of Rn, else of Rm.
  insn('111110101010 nnnn 1111 dddd 1000 mmmm', 'sel {d}, {n}, {m}', 'alu', 'A7.7.128 T1', (o, f) => {
      const ge = o.get('ge');
      let mask: Int = o.i32(0);
      for (const i of [0, 1, 2, 3]) mask = o.or(mask, o.mul(o.and(o.shrU(ge, i), 1), o.shl(0xff, 8 * i)));
      o.setReg(f.d, o.or(o.and(o.reg(f.n), mask), o.and(o.reg(f.m), o.not(mask))));
    }, { when: plainThree }),
  insn('111110110111 nnnn 1111 dddd 0000 mmmm', 'usad8 {d}, {n}, {m}', 'mul', 'A7.7.211 T1',
    (o, f) => o.setReg(f.d, absoluteDifferences(o, o.reg(f.n), o.reg(f.m))), { when: plainThree }),
  insn('111110110111 nnnn aaaa dddd 0000 mmmm', 'usada8 {d}, {n}, {m}, {a}', 'mul', 'A7.7.212 T1',
    (o, f) => o.setReg(f.d, o.add(absoluteDifferences(o, o.reg(f.n), o.reg(f.m)), o.reg(f.a))),
    { when: (f) => plainThree(f) && plain(f.a) }),
];
