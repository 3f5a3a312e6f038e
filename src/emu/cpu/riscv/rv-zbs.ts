import type { Emitter } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { rowOf, withBit } from './bit-row.js';
import { register } from './rv-i.js';
import type { X, Xlen } from './x-registers.js';

const row = rowOf('zbs');

/** One bit; its number is taken modulo XLEN, as shifts take their amount. */
const mask = (o: Emitter, b: X): X => o.shl<'i32' | 'i64'>(b.type === 'i64' ? o.i64(1) : o.i32(1), b);

const clear: Operation = (o, a, b) => o.and<'i32' | 'i64'>(a, o.xor<'i32' | 'i64'>(mask(o, b), -1));
const extract: Operation = (o, a, b) => o.and<'i32' | 'i64'>(o.shrU<'i32' | 'i64'>(a, b), 1);
const invert: Operation = (o, a, b) => o.xor<'i32' | 'i64'>(a, mask(o, b));
const set: Operation = (o, a, b) => o.or<'i32' | 'i64'>(a, mask(o, b));

/** Single bits (Bitmanip 2.6). */
export function zbs(xlen: Xlen): readonly Row[] {
  return [...BY_REGISTER, ...(xlen === 32 ? RV32 : RV64)];
}

// biome-ignore format: a table, one row a line
const BY_REGISTER: readonly Row[] = [
  row('0100100 ttttt sssss 001 ddddd 0110011', 'bclr {d},{s},{t}', 'alu', 'Bitmanip 2.6', register(clear)),
  row('0100100 ttttt sssss 101 ddddd 0110011', 'bext {d},{s},{t}', 'alu', 'Bitmanip 2.6', register(extract)),
  row('0110100 ttttt sssss 001 ddddd 0110011', 'binv {d},{s},{t}', 'alu', 'Bitmanip 2.6', register(invert)),
  row('0010100 ttttt sssss 001 ddddd 0110011', 'bset {d},{s},{t}', 'alu', 'Bitmanip 2.6', register(set)),
];

// biome-ignore format: a table, one row a line
const RV32: readonly Row[] = [
  row('0100100 iiiii sssss 001 ddddd 0010011', 'bclri {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(32, clear)),
  row('0100100 iiiii sssss 101 ddddd 0010011', 'bexti {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(32, extract)),
  row('0110100 iiiii sssss 001 ddddd 0010011', 'binvi {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(32, invert)),
  row('0010100 iiiii sssss 001 ddddd 0010011', 'bseti {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(32, set)),
];

// biome-ignore format: a table, one row a line
const RV64: readonly Row[] = [
  row('010010 iiiiii sssss 001 ddddd 0010011', 'bclri {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(64, clear)),
  row('010010 iiiiii sssss 101 ddddd 0010011', 'bexti {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(64, extract)),
  row('011010 iiiiii sssss 001 ddddd 0010011', 'binvi {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(64, invert)),
  row('001010 iiiiii sssss 001 ddddd 0010011', 'bseti {d},{s},{i:bit}', 'alu', 'Bitmanip 2.6', withBit(64, set)),
];
