import type { Emitter, Int, Long } from '../../isa/emitter.js';
import type { Row } from '../../isa/instruction.js';
import type { Operation } from './arithmetic.js';
import { rowOf } from './bit-row.js';
import { register } from './rv-i.js';

const row = rowOf('zbc');

/** Every fourth bit, from bit `first` on. */
const every4 = (o: Emitter, first: number): Long => o.i64(0x1111_1111_1111_1111n << BigInt(first));

/**
 * The low 64 bits of the carry-less product. Of operands that have every fourth bit alone, an ordinary product has sums of
 * at most 16 in every fourth place, whose carries stay in the three places above it or leave at the top.
 */
function carryless(o: Emitter, a: Long, b: Long): Long {
  const quarters = (value: Long) => [0, 1, 2, 3].map((first) => o.and<'i64'>(value, every4(o, first)));
  const [left, right] = [quarters(a), quarters(b)];
  const columns = [0, 1, 2, 3].map((column) => {
    const products = left.map((part, i) => o.mul<'i64'>(part, right[(column - i + 4) % 4]!));
    return o.and<'i64'>(
      products.reduce((sum, one) => o.xor<'i64'>(sum, one)),
      every4(o, column),
    );
  });
  return columns.reduce((all, one) => o.or<'i64'>(all, one));
}

/** The bits in reverse. */
function reversed(o: Emitter, value: Long): Long {
  const swap = (bits: Long, by: number, mask: bigint) => {
    const kept = o.i64(mask);
    const up = o.shl<'i64'>(o.and<'i64'>(bits, kept), by);
    return o.or<'i64'>(up, o.and<'i64'>(o.shrU<'i64'>(bits, by), kept));
  };
  const nibbles = swap(
    swap(swap(value, 1, 0x5555_5555_5555_5555n), 2, 0x3333_3333_3333_3333n),
    4,
    0x0f0f_0f0f_0f0f_0f0fn,
  );
  const halves = swap(swap(nibbles, 8, 0x00ff_00ff_00ff_00ffn), 16, 0x0000_ffff_0000_ffffn);
  return o.rotr<'i64'>(halves, 32);
}

/** The upper half of the product one place further down: the product of what is reversed, reversed. */
const reversedProduct = (o: Emitter, a: Long, b: Long): Long =>
  reversed(o, carryless(o, reversed(o, a), reversed(o, b)));

/** With RV32 the whole product is at hand; with RV64 each half is worked out by itself. */
function productOf(from: 'low' | 'high' | 'middle'): Operation {
  const shift = { low: 0, middle: 31, high: 32 }[from];
  return (o, a, b) => {
    if (a.type === 'i32') return o.wrap(o.shrU<'i64'>(carryless(o, o.extendU(a as Int), o.extendU(b as Int)), shift));
    if (from === 'low') return carryless(o, a as Long, b as Long);
    const middle = reversedProduct(o, a as Long, b as Long);
    return from === 'middle' ? middle : o.shrU<'i64'>(middle, 1);
  };
}

/** Carry-less multiplication (Bitmanip 2.5). */
// biome-ignore format: a table, one row a line
export const ZBC: readonly Row[] = [
  row('0000101 ttttt sssss 001 ddddd 0110011', 'clmul {d},{s},{t}', 'mul', 'Bitmanip 2.5', register(productOf('low'))),
  row('0000101 ttttt sssss 010 ddddd 0110011', 'clmulr {d},{s},{t}', 'mul', 'Bitmanip 2.5', register(productOf('middle'))),
  row('0000101 ttttt sssss 011 ddddd 0110011', 'clmulh {d},{s},{t}', 'mul', 'Bitmanip 2.5', register(productOf('high'))),
];
