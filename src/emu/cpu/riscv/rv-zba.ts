import type { Emitter, Long } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { rowOf, withBit } from './bit-row.js';
import { register } from './rv-i.js';
import type { X, Xlen } from './x-registers.js';

const row = rowOf('zba');

const shiftAdd =
  (by: number): Operation =>
  (o, a, b) =>
    o.add<'i32' | 'i64'>(o.shl<'i32' | 'i64'>(a, by), b);

/** The low word of an RV64 register, zero-extended. */
const lowWord = (o: Emitter, a: X): Long => o.and<'i64'>(a as Long, o.i64(0xffff_ffffn));
const unsignedWord =
  (operation: Operation): Operation =>
  (o, a, b) =>
    operation(o, lowWord(o, a), b);

/** Address generation (Bitmanip 2.1). */
export function zba(xlen: Xlen): readonly Row[] {
  // biome-ignore format: a table, one row a line
  const both = [
    row('0010000 ttttt sssss 010 ddddd 0110011', 'sh1add {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(shiftAdd(1))),
    row('0010000 ttttt sssss 100 ddddd 0110011', 'sh2add {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(shiftAdd(2))),
    row('0010000 ttttt sssss 110 ddddd 0110011', 'sh3add {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(shiftAdd(3))),
  ];
  if (xlen === 32) return both;
  const shift: Operation = (o, a, b) => o.shl<'i32' | 'i64'>(a, b);
  // biome-ignore format: a table, one row a line
  return [
    ...both,
    row('0000100 ttttt sssss 000 ddddd 0111011', 'add.uw {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(unsignedWord(shiftAdd(0)))),
    row('0010000 ttttt sssss 010 ddddd 0111011', 'sh1add.uw {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(unsignedWord(shiftAdd(1)))),
    row('0010000 ttttt sssss 100 ddddd 0111011', 'sh2add.uw {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(unsignedWord(shiftAdd(2)))),
    row('0010000 ttttt sssss 110 ddddd 0111011', 'sh3add.uw {d},{s},{t}', 'alu', 'Bitmanip 2.1', register(unsignedWord(shiftAdd(3)))),
    row('000010 iiiiii sssss 001 ddddd 0011011', 'slli.uw {d},{s},{i:bit}', 'alu', 'Bitmanip 2.1', withBit(xlen, unsignedWord(shift))),
  ];
}
