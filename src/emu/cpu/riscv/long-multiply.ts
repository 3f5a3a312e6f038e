import type { Emitter, Long } from '../../isa/emitter.js';
import type { Operation } from './arithmetic.js';

/**
 * The upper half of 64 × 64-bit products (Unpriv 7.1), from four products of 32-bit halves: no host has the whole one as a single
 * operation of WebAssembly.
 */
function upper(o: Emitter, a: Long, b: Long): Long {
  const low = (x: Long) => o.and<'i64'>(x, o.i64(0xffff_ffffn));
  const high = (x: Long) => o.shrU<'i64'>(x, 32);
  const [a0, a1, b0, b1] = [low(a), high(a), low(b), high(b)];
  const middle = o.add<'i64'>(o.mul<'i64'>(a1, b0), high(o.mul<'i64'>(a0, b0)));
  const other = o.add<'i64'>(o.mul<'i64'>(a0, b1), low(middle));
  return o.add<'i64'>(o.add<'i64'>(o.mul<'i64'>(a1, b1), high(middle)), high(other));
}

/** What a signed factor takes off the product of the unsigned ones: the other factor, where it is negative. */
const correction = (o: Emitter, a: Long, b: Long): Long => o.and<'i64'>(o.shrS<'i64'>(a, 63), b);

export const mulhu: Operation = (o, a, b) => upper(o, a as Long, b as Long);
export const mulhsu: Operation = (o, a, b) =>
  o.sub<'i64'>(upper(o, a as Long, b as Long), correction(o, a as Long, b as Long));
export const mulh: Operation = (o, a, b) => o.sub<'i64'>(mulhsu(o, a, b) as Long, correction(o, b as Long, a as Long));
