import type { Emitter, Int, Long } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { plain } from './pseudocode.js';

/** Multiply, multiply accumulate and divide (A5.3.16, A5.3.17). */

interface Operands {
  readonly n: Int;
  readonly m: Int;
}
interface LongOperands extends Operands {
  /** RdLo and RdHi. */
  readonly l: Int;
  readonly h: Int;
}

function signedProduct(o: Emitter, f: Operands): Long {
  return o.mul(o.extendS(o.reg(f.n)), o.extendS(o.reg(f.m)));
}
function unsignedProduct(o: Emitter, f: Operands): Long {
  return o.mul(o.extendU(o.reg(f.n)), o.extendU(o.reg(f.m)));
}
/** RdHi:RdLo. */
export function accumulator(o: Emitter, f: LongOperands): Long {
  return o.or(o.shl(o.extendU(o.reg(f.h)), 32), o.extendU(o.reg(f.l)));
}
export function setLong(o: Emitter, f: LongOperands, value: Long): void {
  o.setReg(f.l, o.wrap(value));
  o.setReg(f.h, o.wrap(o.shrU(value, 32)));
}

/** ÷ 0 gives 0, or UsageFault where CCR.DIV_0_TRP (bit 4) is set. */
function divide(o: Emitter, f: Operands & { readonly d: Int }, quotient: (n: Int, m: Int) => Int): void {
  const divisor = o.reg(f.m);
  o.if(o.eq(divisor, 0), () => {
    o.if(o.and(o.get('ccr'), 1 << 4), () => o.trap('divideByZero'));
  });
  o.setReg(f.d, quotient(o.reg(f.n), divisor));
}

/** The top half of a product, rounded where the static R is 1. */
function topHalf(o: Emitter, value: Long, round: number): Int {
  return o.wrap(o.shrS(round ? o.add(value, o.i64(0x8000_0000)) : value, 32));
}
function highAccumulator(o: Emitter, a: Int): Long {
  return o.shl(o.extendU(o.reg(a)), 32);
}

interface Fields {
  readonly n: number;
  readonly m: number;
}
const plainThree = (f: Fields & { readonly d: number }) => plain(f.n, f.m, f.d);
const plainFour = (f: Fields & { readonly d: number; readonly a: number }) => plain(f.n, f.m, f.d, f.a);
export const plainLong = (f: Fields & { readonly l: number; readonly h: number }) =>
  plain(f.n, f.m, f.l, f.h) && f.l !== f.h;

// biome-ignore format: a table
export const multiply = [
  insn('111110110000 nnnn 1111 dddd 0000 mmmm', 'mul {d}, {n}, {m}', 'mul', 'A7.7.84 T2',
    (o, f) => o.setReg(f.d, o.mul(o.reg(f.n), o.reg(f.m))), { common: true, when: plainThree }),
  insn('111110110000 nnnn aaaa dddd 0000 mmmm', 'mla {d}, {n}, {m}, {a}', 'mul', 'A7.7.74 T1',
    (o, f) => o.setReg(f.d, o.add(o.mul(o.reg(f.n), o.reg(f.m)), o.reg(f.a))), { common: true, when: plainFour }),
  insn('111110110000 nnnn aaaa dddd 0001 mmmm', 'mls {d}, {n}, {m}, {a}', 'mul', 'A7.7.75 T1',
    (o, f) => o.setReg(f.d, o.sub(o.reg(f.a), o.mul(o.reg(f.n), o.reg(f.m)))), { common: true, when: plainFour }),
  insn('111110111000 nnnn llll hhhh 0000 mmmm', 'smull {l}, {h}, {n}, {m}', 'mul', 'A7.7.149 T1',
    (o, f) => setLong(o, f, signedProduct(o, f)), { common: true, when: plainLong }),
  insn('111110111010 nnnn llll hhhh 0000 mmmm', 'umull {l}, {h}, {n}, {m}', 'mul', 'A7.7.204 T1',
    (o, f) => setLong(o, f, unsignedProduct(o, f)), { common: true, when: plainLong }),
  insn('111110111100 nnnn llll hhhh 0000 mmmm', 'smlal {l}, {h}, {n}, {m}', 'mul', 'A7.7.138 T1',
    (o, f) => setLong(o, f, o.add(accumulator(o, f), signedProduct(o, f))), { when: plainLong }),
  insn('111110111110 nnnn llll hhhh 0000 mmmm', 'umlal {l}, {h}, {n}, {m}', 'mul', 'A7.7.203 T1',
    (o, f) => setLong(o, f, o.add(accumulator(o, f), unsignedProduct(o, f))), { common: true, when: plainLong }),
  insn('111110111110 nnnn llll hhhh 0110 mmmm', 'umaal {l}, {h}, {n}, {m}', 'mul', 'A7.7.202 T1', (o, f) => {
      const addends = o.add(o.extendU(o.reg(f.h)), o.extendU(o.reg(f.l)));
      setLong(o, f, o.add(unsignedProduct(o, f), addends));
    }, { when: plainLong }),
  insn('111110111001 nnnn 1111 dddd 1111 mmmm', 'sdiv {d}, {n}, {m}', 'divideSigned', 'A7.7.127 T1',
    (o, f) => divide(o, f, (n, m) => o.divS(n, m)), { common: true, when: plainThree }),
  insn('111110111011 nnnn 1111 dddd 1111 mmmm', 'udiv {d}, {n}, {m}', 'divideUnsigned', 'A7.7.195 T1',
    (o, f) => divide(o, f, (n, m) => o.divU(n, m)), { common: true, when: plainThree }),
  insn('111110110101 nnnn 1111 dddd 000 R mmmm', 'smmul{r} {d}, {n}, {m}', 'mul', 'A7.7.146 T1',
    (o, f) => o.setReg(f.d, topHalf(o, signedProduct(o, f), f.R)), { when: plainThree }),
  insn('111110110101 nnnn aaaa dddd 000 R mmmm', 'smmla{r} {d}, {n}, {m}, {a}', 'mul', 'A7.7.144 T1',
    (o, f) => o.setReg(f.d, topHalf(o, o.add(highAccumulator(o, f.a), signedProduct(o, f)), f.R)), { when: plainFour }),
  insn('111110110110 nnnn aaaa dddd 000 R mmmm', 'smmls{r} {d}, {n}, {m}, {a}', 'mul', 'A7.7.145 T1',
    (o, f) => o.setReg(f.d, topHalf(o, o.sub(highAccumulator(o, f.a), signedProduct(o, f)), f.R)), { when: plainFour }),
];
