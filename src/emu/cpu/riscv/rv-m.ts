import type { Emitter, Int, Long } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { stall } from './retirement.js';
import { register } from './rv-i.js';
import { DIVISION_STALL } from './timing.js';

type Extend = (o: Emitter, word: Int) => Long;
const signExtended: Extend = (o, word) => o.extendS(word);
const zeroExtended: Extend = (o, word) => o.extendU(word);

const mul: Operation = (o, a, b) => o.mul(a, b);
/** The upper word of a 32 × 32-bit product (Unpriv 7.1). */
const upper =
  (left: Extend, right: Extend): Operation =>
  (o, a, b) =>
    o.wrap(o.shrU(o.mul(left(o, a as Int), right(o, b as Int)), 32));

/** Division by zero gives all ones (Unpriv 7.2, table 7.1); overflow gives the dividend, as the primitive does. */
const div: Operation = (o, a, b) => o.select(o.eq(b, 0), -1, o.divS(a, b));
const divu: Operation = (o, a, b) => o.select(o.eq(b, 0), -1, o.divU(a, b));
const rem: Operation = (o, a, b) => o.remS(a, b);
const remu: Operation = (o, a, b) => o.remU(a, b);

const divide = (operation: Operation) =>
  register((o, a, b) => {
    stall(o, DIVISION_STALL);
    return operation(o, a, b);
  });

const common = { common: true } as const;

/** RV32M. */
// biome-ignore format: a table, one row a line
export const RV32M: readonly Row[] = [
  insn('0000001 ttttt sssss 000 ddddd 0110011', 'mul {d},{s},{t}', 'mul', 'Unpriv 7.1', register(mul), common),
  insn('0000001 ttttt sssss 001 ddddd 0110011', 'mulh {d},{s},{t}', 'mul', 'Unpriv 7.1', register(upper(signExtended, signExtended)), common),
  insn('0000001 ttttt sssss 010 ddddd 0110011', 'mulhsu {d},{s},{t}', 'mul', 'Unpriv 7.1', register(upper(signExtended, zeroExtended))),
  insn('0000001 ttttt sssss 011 ddddd 0110011', 'mulhu {d},{s},{t}', 'mul', 'Unpriv 7.1', register(upper(zeroExtended, zeroExtended)), common),
  insn('0000001 ttttt sssss 100 ddddd 0110011', 'div {d},{s},{t}', 'div', 'Unpriv 7.2', divide(div), common),
  insn('0000001 ttttt sssss 101 ddddd 0110011', 'divu {d},{s},{t}', 'div', 'Unpriv 7.2', divide(divu), common),
  insn('0000001 ttttt sssss 110 ddddd 0110011', 'rem {d},{s},{t}', 'div', 'Unpriv 7.2', divide(rem), common),
  insn('0000001 ttttt sssss 111 ddddd 0110011', 'remu {d},{s},{t}', 'div', 'Unpriv 7.2', divide(remu), common),
];
