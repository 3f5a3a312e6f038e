import type { Emitter, Int } from '../../isa/emitter.js';
import type { X } from './x-registers.js';

/** What two register operands, or a register and an immediate, are turned into. Comparisons give a word 0 or 1. */
export type Operation = (o: Emitter, a: X, b: X) => X;

export const add: Operation = (o, a, b) => o.add(a, b);
export const sub: Operation = (o, a, b) => o.sub(a, b);
export const and: Operation = (o, a, b) => o.and(a, b);
export const or: Operation = (o, a, b) => o.or(a, b);
export const xor: Operation = (o, a, b) => o.xor(a, b);
/** Shifts take the low log2(XLEN) bits of the amount (Unpriv 2.4.2), as the primitives do. */
export const sll: Operation = (o, a, b) => o.shl(a, b);
export const srl: Operation = (o, a, b) => o.shrU(a, b);
export const sra: Operation = (o, a, b) => o.shrS(a, b);
export const slt: Operation = (o, a, b) => widen(o, a, o.ltS(a, b));
export const sltu: Operation = (o, a, b) => widen(o, a, o.ltU(a, b));

export type Comparison = (o: Emitter, a: X, b: X) => Int;

export const eq: Comparison = (o, a, b) => o.eq(a, b);
export const ne: Comparison = (o, a, b) => o.ne(a, b);
export const lt: Comparison = (o, a, b) => o.ltS(a, b);
export const ge: Comparison = (o, a, b) => o.leS(b, a);
export const ltu: Comparison = (o, a, b) => o.ltU(a, b);
export const geu: Comparison = (o, a, b) => o.leU(b, a);

/** A truth value as wide as `like`. */
function widen(o: Emitter, like: X, truth: Int): X {
  return like.type === 'i64' ? o.extendU(truth) : truth;
}
