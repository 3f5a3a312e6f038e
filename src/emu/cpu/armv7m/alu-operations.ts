import type { Emitter, Int } from '../../isa/emitter.js';
import { addWithCarry, type Sum, subtract } from './pseudocode.js';

/** The operations that the immediate and the shifted-register forms of 32-bit data processing share. */

export type Arithmetic = (o: Emitter, x: Int, y: Int) => Sum;
export type Logical = (o: Emitter, x: Int, y: Int) => Int;

export const add: Arithmetic = (o, x, y) => addWithCarry(o, x, y, 0);
export const addCarry: Arithmetic = (o, x, y) => addWithCarry(o, x, y, o.get('c'));
export const subtractCarry: Arithmetic = (o, x, y) => addWithCarry(o, x, o.not(y), o.get('c'));
export const reverseSubtract: Arithmetic = (o, x, y) => subtract(o, y, x);
export const and: Logical = (o, x, y) => o.and(x, y);
export const bitClear: Logical = (o, x, y) => o.and(x, o.not(y));
export const or: Logical = (o, x, y) => o.or(x, y);
export const orNot: Logical = (o, x, y) => o.or(x, o.not(y));
export const xor: Logical = (o, x, y) => o.xor(x, y);
export const second: Logical = (_, __, y) => y;
export const notSecond: Logical = (o, _, y) => o.not(y);
