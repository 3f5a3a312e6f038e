import type { Emitter, Int, Long } from '../../isa/emitter.js';
import { type Bits, constant, DOUBLE, type Precision, SINGLE } from './float-precision.js';
import type { Xlen } from './x-registers.js';

/**
 * f0–f31 are 64 bits wide and lie behind the x registers: with RV64 one of the file's registers each, with RV32 two, the
 * low word first. A narrower number is NaN-boxed: all bits above it are 1 (Unpriv 12.2).
 */

/** Number of f0 among the registers; 32 takes what is written to x0. */
export const FIRST_F = 33;

/** The ABI names of f0–f31 (RISC-V calling convention). */
export const F_NAMES: readonly string[] = [
  ...['ft0', 'ft1', 'ft2', 'ft3', 'ft4', 'ft5', 'ft6', 'ft7', 'fs0', 'fs1', 'fa0', 'fa1', 'fa2', 'fa3', 'fa4', 'fa5'],
  ...['fa6', 'fa7', 'fs2', 'fs3', 'fs4', 'fs5', 'fs6', 'fs7'],
  ...['fs8', 'fs9', 'fs10', 'fs11', 'ft8', 'ft9', 'ft10', 'ft11'],
];

const BOX = 0xffff_ffff_0000_0000n;

/** Numbers of the register, or of its low and high word with RV32. */
const whole = (o: Emitter, field: Int): Int => o.add(field, FIRST_F);
const lowHalf = (o: Emitter, field: Int): Int => o.add(o.shl(field, 1), FIRST_F);
const highHalf = (o: Emitter, field: Int): Int => o.add(o.shl(field, 1), FIRST_F + 1);

/** The low 32 bits, whatever is above them: what FSW and FMV.X.W take. */
export function readWord(o: Emitter, xlen: Xlen, field: Int): Int {
  return xlen === 64 ? o.wrap(o.reg<'i64'>(whole(o, field))) : o.reg(lowHalf(o, field));
}

export function readLong(o: Emitter, xlen: Xlen, field: Int): Long {
  if (xlen === 64) return o.reg<'i64'>(whole(o, field));
  return o.or<'i64'>(o.extendU(o.reg(lowHalf(o, field))), o.shl<'i64'>(o.extendU(o.reg(highHalf(o, field))), 32));
}

/** What is not NaN-boxed is read as the canonical NaN. */
function readBoxed(o: Emitter, xlen: Xlen, field: Int): Int {
  const nan = constant(o, SINGLE, SINGLE.canonicalNaN) as Int;
  if (xlen === 32) return o.select(o.eq(o.reg(highHalf(o, field)), -1), o.reg(lowHalf(o, field)), nan);
  const value = o.reg<'i64'>(whole(o, field));
  return o.select(o.leU<'i64'>(o.i64(BOX), value), o.wrap(value), nan);
}

export function readF(o: Emitter, xlen: Xlen, precision: Precision, field: Int): Bits {
  return precision === DOUBLE ? readLong(o, xlen, field) : readBoxed(o, xlen, field);
}

/** Writes an f register, which makes the state dirty (mstatus.FS, Priv 3.1.6.6). */
export function writeF(o: Emitter, xlen: Xlen, field: Int, bits: Bits): void {
  const long = bits.type === 'i64' ? (bits as Long) : undefined;
  if (xlen === 64) o.setReg<'i64'>(whole(o, field), long ?? o.or<'i64'>(o.extendU(bits as Int), o.i64(BOX)));
  else {
    o.setReg(lowHalf(o, field), long ? o.wrap(long) : (bits as Int));
    o.setReg(highHalf(o, field), long ? o.wrap(o.shrU<'i64'>(long, 32)) : -1);
  }
  o.set('fpDirty', 1);
}

/** Accrues exception flags, which makes the state dirty where there are any. */
export function accrue(o: Emitter, flags: Int): void {
  o.set('fflags', o.or(o.get('fflags'), flags));
  o.set('fpDirty', o.or(o.get('fpDirty'), o.ne(flags, 0)));
}
