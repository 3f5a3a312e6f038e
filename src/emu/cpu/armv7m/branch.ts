import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { bxWritePC, conditionHolds, pcOperand, plain } from './pseudocode.js';

/** Branches (A5.2.6, A5.3.4) and table branches. */

/** `imm` halfwords from the PC operand, as a signed field of `width` bits. */
function relative(o: Emitter, imm: Int, width: number): Int {
  const offset = o.shrS(o.shl(imm, 32 - width), 31 - width);
  return o.add(pcOperand(o), offset);
}

/** Target of B T4 and BL: S:I1:I2:imm10:imm11:0, where Ix = NOT(Jx EOR S). */
function longTarget(o: Emitter, f: { readonly s: Int; readonly j: Int; readonly k: Int; readonly i: Int }): Int {
  const inverse = o.xor(f.s, 1);
  const high = o.or(o.shl(f.s, 2), o.or(o.shl(o.xor(f.j, inverse), 1), o.xor(f.k, inverse)));
  return relative(o, o.or(o.shl(high, 21), f.i), 24);
}

/** BX and BLX read the register before LR is written. */
function callRegister(o: Emitter, f: { readonly m: Int }): void {
  const target = o.reg(f.m);
  o.setReg(14, o.or(o.next, 1));
  bxWritePC(o, target);
}

// biome-ignore format: a table
export const branch16 = [
  insn('1101 CCCC iiiiiiii', 'b{cond} {target8}', 'branch', 'A7.7.12 T1',
    (o, f) => o.if(conditionHolds(o, f.C), () => o.branch(relative(o, f.i, 8))), { common: true, when: (f) => f.C < 14 }),
  insn('11100 iiiiiiiiiii', 'b {target11}', 'branch', 'A7.7.12 T2', (o, f) => o.branch(relative(o, f.i, 11)), {
    common: true,
  }),
  insn('1011 00 i 1 iiiii nnn', 'cbz {n}, {forward}', 'compareBranch', 'A7.7.21 T1',
    (o, f) => o.if(o.eq(o.reg(f.n), 0), () => o.branch(o.add(pcOperand(o), o.shl(f.i, 1)))), { common: true }),
  insn('1011 10 i 1 iiiii nnn', 'cbnz {n}, {forward}', 'compareBranch', 'A7.7.21 T1',
    (o, f) => o.if(o.reg(f.n), () => o.branch(o.add(pcOperand(o), o.shl(f.i, 1)))), { common: true }),
  insn('010001110 mmmm 000', 'bx {m}', 'branchRegister', 'A7.7.20 T1', (o, f) => bxWritePC(o, o.reg(f.m)), {
    common: true,
    when: (f) => f.m !== 15,
  }),
  // The PC operand has bit 0 clear, so that this is always an invalid state.
  insn('010001110 1111 000', 'bx pc', 'branchRegister', 'A7.7.20 T1', (o) => o.trap('invalidState', pcOperand(o))),
  insn('010001111 mmmm 000', 'blx {m}', 'branchRegister', 'A7.7.19 T1', callRegister, {
    common: true,
    when: (f) => f.m !== 15,
  }),
];

// biome-ignore format: a table
export const branch32 = [
  insn('11110 s CCCC iiiiii 10 j 0 k iiiiiiiiiii', 'b{cond}.w {target20}', 'branch', 'A7.7.12 T3',
    (o, f) => {
      const high = o.or(o.shl(f.s, 2), o.or(o.shl(f.k, 1), f.j));
      const target = relative(o, o.or(o.shl(high, 17), f.i), 20);
      o.if(conditionHolds(o, f.C), () => o.branch(target));
    }, { when: (f) => f.C < 14 }),
  insn('11110 s iiiiiiiiii 10 j 1 k iiiiiiiiiii', 'b.w {target24}', 'branch', 'A7.7.12 T4',
    (o, f) => o.branch(longTarget(o, f)), { common: true }),
  insn('11110 s iiiiiiiiii 11 j 1 k iiiiiiiiiii', 'bl {target24}', 'branchLink', 'A7.7.18 T1',
    (o, f) => {
      o.setReg(14, o.or(o.next, 1));
      o.branch(longTarget(o, f));
    }, { common: true }),
  insn('111010001101 nnnn 1111 0000 0000 mmmm', 'tbb [{n}, {m}]', 'tableBranch', 'A7.7.185 T1',
    (o, f) => {
      const halfwords = o.load(1, o.add(o.reg(f.n), o.reg(f.m)));
      o.branch(o.add(pcOperand(o), o.shl(halfwords, 1)));
    }, { when: (f) => f.n !== 15 && f.n !== 13 && plain(f.m) }),
  insn('111010001101 1111 1111 0000 0000 mmmm', 'tbb [pc, {m}]', 'tableBranch', 'A7.7.185 T1',
    (o, f) => {
      const halfwords = o.load(1, o.add(pcOperand(o), o.reg(f.m)));
      o.branch(o.add(pcOperand(o), o.shl(halfwords, 1)));
    }, { common: true, when: (f) => plain(f.m) }),
  insn('111010001101 nnnn 1111 0000 0001 mmmm', 'tbh [{n}, {m}, lsl #1]', 'tableBranch', 'A7.7.185 T1',
    (o, f) => {
      const halfwords = o.load(2, o.add(o.reg(f.n), o.shl(o.reg(f.m), 1)));
      o.branch(o.add(pcOperand(o), o.shl(halfwords, 1)));
    }, { when: (f) => f.n !== 15 && f.n !== 13 && plain(f.m) }),
  insn('111010001101 1111 1111 0000 0001 mmmm', 'tbh [pc, {m}, lsl #1]', 'tableBranch', 'A7.7.185 T1',
    (o, f) => {
      const halfwords = o.load(2, o.add(pcOperand(o), o.shl(o.reg(f.m), 1)));
      o.branch(o.add(pcOperand(o), o.shl(halfwords, 1)));
    }, { common: true, when: (f) => plain(f.m) }),
];
