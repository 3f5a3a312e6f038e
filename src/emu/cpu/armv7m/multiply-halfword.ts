import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { accumulator, plainLong, setLong } from './multiply.js';
import { plain } from './pseudocode.js';

/** Multiplies of halfwords, single and dual, of the DSP extension (A5.3.16, A5.3.17). */

/** The signed bottom (0) or top (1) halfword of a register. */
function half(o: Emitter, register: Int, top: number): Int {
  return top ? o.shrS(o.reg(register), 16) : o.extend16S(o.reg(register));
}

/** Q is set where a 32-bit accumulation overflows (and is never cleared by these instructions). */
export function setQ(o: Emitter, condition: Int): void {
  o.set('q', o.or(o.get('q'), condition));
}
/** x + y, with Q where the sum does not fit 32 bits. */
function accumulate(o: Emitter, d: Int, x: Int, y: Int): void {
  const sum = o.add(x, y);
  setQ(o, o.shrU(o.and(o.xor(sum, x), o.xor(sum, y)), 31));
  o.setReg(d, sum);
}

interface Dual {
  readonly n: Int;
  readonly m: Int;
  /** Exchanges the halfwords of the second operand. */
  readonly X: number;
}
/** The two products of a dual multiply, as 64-bit values: their sum may need 33 bits. */
function products(o: Emitter, f: Dual) {
  const first = o.mul(half(o, f.n, 0), half(o, f.m, f.X));
  const second = o.mul(half(o, f.n, 1), half(o, f.m, 1 - f.X));
  return { first: o.extendS(first), second: o.extendS(second) };
}
/** A 64-bit sum as the result, with Q where it does not fit. */
function setWithQ(o: Emitter, d: Int, sum: ReturnType<typeof accumulator>): void {
  const result = o.wrap(sum);
  setQ(o, o.ne(o.extendS(result), sum));
  o.setReg(d, result);
}

interface Fields {
  readonly n: number;
  readonly m: number;
}
const plainThree = (f: Fields & { readonly d: number }) => plain(f.n, f.m, f.d);
const plainFour = (f: Fields & { readonly d: number; readonly a: number }) => plain(f.n, f.m, f.d, f.a);

// biome-ignore format: a table
export const multiplyHalfword = [
  insn('111110110001 nnnn 1111 dddd 00 NM mmmm', 'smul{N}{M} {d}, {n}, {m}', 'mul', 'A7.7.148 T1',
    (o, f) => o.setReg(f.d, o.mul(half(o, f.n, f.N), half(o, f.m, f.M))), { when: plainThree }),
  insn('111110110001 nnnn aaaa dddd 00 NM mmmm', 'smla{N}{M} {d}, {n}, {m}, {a}', 'mul', 'A7.7.137 T1',
    (o, f) => accumulate(o, f.d, o.mul(half(o, f.n, f.N), half(o, f.m, f.M)), o.reg(f.a)), { common: true, when: plainFour }),
  insn('111110110011 nnnn 1111 dddd 000 M mmmm', 'smulw{M} {d}, {n}, {m}', 'mul', 'A7.7.150 T1', (o, f) => {
      const product = o.mul(o.extendS(o.reg(f.n)), o.extendS(half(o, f.m, f.M)));
      o.setReg(f.d, o.wrap(o.shrS(product, 16)));
    }, { when: plainThree }),
  insn('111110110011 nnnn aaaa dddd 000 M mmmm', 'smlaw{M} {d}, {n}, {m}, {a}', 'mul', 'A7.7.141 T1', (o, f) => {
      const product = o.mul(o.extendS(o.reg(f.n)), o.extendS(half(o, f.m, f.M)));
      accumulate(o, f.d, o.wrap(o.shrS(product, 16)), o.reg(f.a));
    }, { when: plainFour }),
  insn('111110110010 nnnn 1111 dddd 000 X mmmm', 'smuad{x} {d}, {n}, {m}', 'mul', 'A7.7.147 T1', (o, f) => {
      const { first, second } = products(o, f);
      setWithQ(o, f.d, o.add(first, second));
    }, { when: plainThree }),
  insn('111110110010 nnnn aaaa dddd 000 X mmmm', 'smlad{x} {d}, {n}, {m}, {a}', 'mul', 'A7.7.138 T1', (o, f) => {
      const { first, second } = products(o, f);
      setWithQ(o, f.d, o.add(o.add(first, second), o.extendS(o.reg(f.a))));
    }, { when: plainFour }),
  // The difference of two products always fits: no Q.
  insn('111110110100 nnnn 1111 dddd 000 X mmmm', 'smusd{x} {d}, {n}, {m}', 'mul', 'A7.7.151 T1', (o, f) => {
      const { first, second } = products(o, f);
      o.setReg(f.d, o.wrap(o.sub(first, second)));
    }, { when: plainThree }),
  insn('111110110100 nnnn aaaa dddd 000 X mmmm', 'smlsd{x} {d}, {n}, {m}, {a}', 'mul', 'A7.7.142 T1', (o, f) => {
      const { first, second } = products(o, f);
      setWithQ(o, f.d, o.add(o.sub(first, second), o.extendS(o.reg(f.a))));
    }, { when: plainFour }),
  insn('111110111100 nnnn llll hhhh 10 NM mmmm', 'smlal{N}{M} {l}, {h}, {n}, {m}', 'mul', 'A7.7.139 T1', (o, f) => {
      const product = o.mul(half(o, f.n, f.N), half(o, f.m, f.M));
      setLong(o, f, o.add(accumulator(o, f), o.extendS(product)));
    }, { when: plainLong }),
  insn('111110111100 nnnn llll hhhh 110 X mmmm', 'smlald{x} {l}, {h}, {n}, {m}', 'mul', 'A7.7.140 T1', (o, f) => {
      const { first, second } = products(o, f);
      setLong(o, f, o.add(accumulator(o, f), o.add(first, second)));
    }, { when: plainLong }),
  insn('111110111101 nnnn llll hhhh 110 X mmmm', 'smlsld{x} {l}, {h}, {n}, {m}', 'mul', 'A7.7.143 T1', (o, f) => {
      const { first, second } = products(o, f);
      setLong(o, f, o.add(accumulator(o, f), o.sub(first, second)));
    }, { when: plainLong }),
];
