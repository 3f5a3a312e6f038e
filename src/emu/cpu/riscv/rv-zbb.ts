import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { rowOf, unary, withBit } from './bit-row.js';
import { register } from './rv-i.js';
import { low, type X, type Xlen } from './x-registers.js';

const row = rowOf('zbb');

type Unary = (o: Emitter, a: X) => X;

const not = (o: Emitter, a: X): X => o.xor<'i32' | 'i64'>(a, -1);
const andn: Operation = (o, a, b) => o.and<'i32' | 'i64'>(a, not(o, b));
const orn: Operation = (o, a, b) => o.or<'i32' | 'i64'>(a, not(o, b));
const xnor: Operation = (o, a, b) => not(o, o.xor<'i32' | 'i64'>(a, b));

const choose =
  (less: 'ltS' | 'ltU', largest: boolean): Operation =>
  (o, a, b) => {
    const first = o[less]<'i32' | 'i64'>(a, b);
    return largest ? o.select<'i32' | 'i64'>(first, b, a) : o.select<'i32' | 'i64'>(first, a, b);
  };

const rotateRight: Operation = (o, a, b) => o.rotr<'i32' | 'i64'>(a, b);
/** To the left is to the right by what is missing to the width, which amounts are taken modulo. */
const rotateLeft: Operation = (o, a, b) =>
  o.rotr<'i32' | 'i64'>(a, o.sub<'i32' | 'i64'>(o.and<'i32' | 'i64'>(b, 0), b));

const clz: Unary = (o, a) => o.clz<'i32' | 'i64'>(a);
const ctz: Unary = (o, a) => o.ctz<'i32' | 'i64'>(a);
const cpop: Unary = (o, a) => o.popcnt<'i32' | 'i64'>(a);
const extendByte: Unary = (o, a) => o.extend8S<'i32' | 'i64'>(a);
const extendHalf: Unary = (o, a) => o.extend16S<'i32' | 'i64'>(a);
const zeroHalf: Unary = (o, a) => o.and<'i32' | 'i64'>(a, 0xffff);

/** On the low word of an RV64 register, sign-extended. */
const onWord =
  (operation: Unary): Unary =>
  (o, a) =>
    o.extendS(operation(o, low(o, a)) as Int);
const onWords =
  (operation: Operation): Operation =>
  (o, a, b) =>
    o.extendS(operation(o, low(o, a), low(o, b)) as Int);

function bytesOfWord(o: Emitter, a: Int): Int {
  return o.or(o.and(o.rotr(a, 8), 0xff00_ff00), o.and(o.rotr(a, 24), 0x00ff_00ff));
}
/** REV8: the bytes in reverse. */
const rev8: Unary = (o, a) => {
  if (a.type === 'i32') return bytesOfWord(o, a as Int);
  const [bottom, top] = [o.wrap(a as Long), o.wrap(o.shrU<'i64'>(a as Long, 32))];
  return o.or<'i64'>(o.shl<'i64'>(o.extendU(bytesOfWord(o, bottom)), 32), o.extendU(bytesOfWord(o, top)));
};

/** ORC.B: every byte that is not 0 becomes 0xff. A carry into a byte's top bit tells, and none leaves it. */
const orcb: Unary = (o, a) => {
  const sevens = a.type === 'i32' ? o.i32(0x7f7f_7f7f) : o.i64(0x7f7f_7f7f_7f7f_7f7fn);
  const carried = o.add<'i32' | 'i64'>(o.and<'i32' | 'i64'>(a, sevens), sevens);
  const tops = o.and<'i32' | 'i64'>(o.or<'i32' | 'i64'>(carried, a), not(o, sevens));
  return o.sub<'i32' | 'i64'>(o.shl<'i32' | 'i64'>(tops, 1), o.shrU<'i32' | 'i64'>(tops, 7));
};

/** Basic bit manipulation (Bitmanip 2.2–2.4). */
export function zbb(xlen: Xlen): readonly Row[] {
  return [...BOTH, ...(xlen === 32 ? RV32 : RV64)];
}

// biome-ignore format: a table, one row a line
const BOTH: readonly Row[] = [
  row('0100000 ttttt sssss 111 ddddd 0110011', 'andn {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(andn)),
  row('0100000 ttttt sssss 110 ddddd 0110011', 'orn {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(orn)),
  row('0100000 ttttt sssss 100 ddddd 0110011', 'xnor {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(xnor)),
  row('0110000 00000 sssss 001 ddddd 0010011', 'clz {d},{s}', 'alu', 'Bitmanip 2.2', unary(clz)),
  row('0110000 00001 sssss 001 ddddd 0010011', 'ctz {d},{s}', 'alu', 'Bitmanip 2.2', unary(ctz)),
  row('0110000 00010 sssss 001 ddddd 0010011', 'cpop {d},{s}', 'alu', 'Bitmanip 2.2', unary(cpop)),
  row('0110000 00100 sssss 001 ddddd 0010011', 'sext.b {d},{s}', 'alu', 'Bitmanip 2.2', unary(extendByte)),
  row('0110000 00101 sssss 001 ddddd 0010011', 'sext.h {d},{s}', 'alu', 'Bitmanip 2.2', unary(extendHalf)),
  row('0000101 ttttt sssss 100 ddddd 0110011', 'min {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(choose('ltS', false))),
  row('0000101 ttttt sssss 101 ddddd 0110011', 'minu {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(choose('ltU', false))),
  row('0000101 ttttt sssss 110 ddddd 0110011', 'max {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(choose('ltS', true))),
  row('0000101 ttttt sssss 111 ddddd 0110011', 'maxu {d},{s},{t}', 'alu', 'Bitmanip 2.2', register(choose('ltU', true))),
  row('0110000 ttttt sssss 001 ddddd 0110011', 'rol {d},{s},{t}', 'alu', 'Bitmanip 2.3', register(rotateLeft)),
  row('0110000 ttttt sssss 101 ddddd 0110011', 'ror {d},{s},{t}', 'alu', 'Bitmanip 2.3', register(rotateRight)),
  row('001010000111 sssss 101 ddddd 0010011', 'orc.b {d},{s}', 'alu', 'Bitmanip 2.4', unary(orcb)),
];

// biome-ignore format: a table, one row a line
const RV32: readonly Row[] = [
  row('0000100 00000 sssss 100 ddddd 0110011', 'zext.h {d},{s}', 'alu', 'Bitmanip 2.2', unary(zeroHalf)),
  row('0110000 iiiii sssss 101 ddddd 0010011', 'rori {d},{s},{i:bit}', 'alu', 'Bitmanip 2.3', withBit(32, rotateRight)),
  row('011010011000 sssss 101 ddddd 0010011', 'rev8 {d},{s}', 'alu', 'Bitmanip 2.4', unary(rev8)),
];

// biome-ignore format: a table, one row a line
const RV64: readonly Row[] = [
  row('0000100 00000 sssss 100 ddddd 0111011', 'zext.h {d},{s}', 'alu', 'Bitmanip 2.2', unary(zeroHalf)),
  row('0110000 00000 sssss 001 ddddd 0011011', 'clzw {d},{s}', 'alu', 'Bitmanip 2.2', unary(onWord(clz))),
  row('0110000 00001 sssss 001 ddddd 0011011', 'ctzw {d},{s}', 'alu', 'Bitmanip 2.2', unary(onWord(ctz))),
  row('0110000 00010 sssss 001 ddddd 0011011', 'cpopw {d},{s}', 'alu', 'Bitmanip 2.2', unary(onWord(cpop))),
  row('011000 iiiiii sssss 101 ddddd 0010011', 'rori {d},{s},{i:bit}', 'alu', 'Bitmanip 2.3', withBit(64, rotateRight)),
  row('0110000 ttttt sssss 001 ddddd 0111011', 'rolw {d},{s},{t}', 'alu', 'Bitmanip 2.3', register(onWords(rotateLeft))),
  row('0110000 ttttt sssss 101 ddddd 0111011', 'rorw {d},{s},{t}', 'alu', 'Bitmanip 2.3', register(onWords(rotateRight))),
  row('0110000 iiiii sssss 101 ddddd 0011011', 'roriw {d},{s},{i:bit}', 'alu', 'Bitmanip 2.3', withBit(64, onWords(rotateRight))),
  row('011010111000 sssss 101 ddddd 0010011', 'rev8 {d},{s}', 'alu', 'Bitmanip 2.4', unary(rev8)),
];
