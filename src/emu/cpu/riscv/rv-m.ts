import type { Emitter, Int, Long } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { mulh, mulhsu, mulhu } from './long-multiply.js';
import { stall } from './retirement.js';
import { register, word } from './rv-i.js';
import { DIVISION_STALL } from './timing.js';
import type { X, Xlen } from './x-registers.js';

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
const div: Operation = (o, a, b) => o.select<'i32' | 'i64'>(o.eq(b, 0), -1, o.divS(a, b));
const divu: Operation = (o, a, b) => o.select<'i32' | 'i64'>(o.eq(b, 0), -1, o.divU(a, b));
const rem: Operation = (o, a, b) => o.remS(a, b);
const remu: Operation = (o, a, b) => o.remU(a, b);

/** `bits` of the operands. */
const divide = (operation: Operation, bits: Xlen) =>
  register((o, a, b) => {
    stall(o, DIVISION_STALL[bits]);
    return operation(o, a, b);
  });
const divideWords = (operation: (o: Emitter, a: X, b: X) => X) => divide(word(operation), 32);

const common = { common: true } as const;

/** RV32M and RV64M (Unpriv 7). */
export function rvM(xlen: Xlen): readonly Row[] {
  const [high, highMixed, highUnsigned] =
    xlen === 64
      ? [mulh, mulhsu, mulhu]
      : [upper(signExtended, signExtended), upper(signExtended, zeroExtended), upper(zeroExtended, zeroExtended)];
  const timing = xlen === 64 ? 'div64' : 'div';
  // biome-ignore format: a table, one row a line
  return [
    insn('0000001 ttttt sssss 000 ddddd 0110011', 'mul {d},{s},{t}', 'mul', 'Unpriv 7.1', register(mul), common),
    insn('0000001 ttttt sssss 001 ddddd 0110011', 'mulh {d},{s},{t}', 'mul', 'Unpriv 7.1', register(high), { common: xlen === 32 }),
    insn('0000001 ttttt sssss 010 ddddd 0110011', 'mulhsu {d},{s},{t}', 'mul', 'Unpriv 7.1', register(highMixed)),
    insn('0000001 ttttt sssss 011 ddddd 0110011', 'mulhu {d},{s},{t}', 'mul', 'Unpriv 7.1', register(highUnsigned), { common: xlen === 32 }),
    insn('0000001 ttttt sssss 100 ddddd 0110011', 'div {d},{s},{t}', timing, 'Unpriv 7.2', divide(div, xlen), common),
    insn('0000001 ttttt sssss 101 ddddd 0110011', 'divu {d},{s},{t}', timing, 'Unpriv 7.2', divide(divu, xlen), common),
    insn('0000001 ttttt sssss 110 ddddd 0110011', 'rem {d},{s},{t}', timing, 'Unpriv 7.2', divide(rem, xlen), common),
    insn('0000001 ttttt sssss 111 ddddd 0110011', 'remu {d},{s},{t}', timing, 'Unpriv 7.2', divide(remu, xlen), common),
    ...(xlen === 64 ? WORDS : []),
  ];
}

// biome-ignore format: a table, one row a line
const WORDS: readonly Row[] = [
  insn('0000001 ttttt sssss 000 ddddd 0111011', 'mulw {d},{s},{t}', 'mul', 'Unpriv 7.1', register(word(mul)), common),
  insn('0000001 ttttt sssss 100 ddddd 0111011', 'divw {d},{s},{t}', 'div', 'Unpriv 7.2', divideWords(div), common),
  insn('0000001 ttttt sssss 101 ddddd 0111011', 'divuw {d},{s},{t}', 'div', 'Unpriv 7.2', divideWords(divu), common),
  insn('0000001 ttttt sssss 110 ddddd 0111011', 'remw {d},{s},{t}', 'div', 'Unpriv 7.2', divideWords(rem), common),
  insn('0000001 ttttt sssss 111 ddddd 0111011', 'remuw {d},{s},{t}', 'div', 'Unpriv 7.2', divideWords(remu), common),
];
