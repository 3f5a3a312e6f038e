import type { Emitter, Int } from '../../isa/emitter.js';
import type { Value } from '../../isa/ir.js';

/** A value as wide as an x register: i32 for RV32, i64 for RV64. */
export type X = Value<'i32' | 'i64'>;
export type Xlen = 32 | 64;

/** The ABI names of x0–x31 (RISC-V calling convention). */
export const X_NAMES: readonly string[] = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'],
  ...['a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
];

/** The slot that takes writes to x0, so that x0 itself is never written and reads of it need no test. */
export const SINK = 32;

/** Where the operand is known, x0 is a constant (Unpriv 2.1). */
export function readX(o: Emitter, index: Int | number): X {
  const known = typeof index === 'number' ? index : o.constant(index);
  if (known !== undefined && Number(known) === 0) return o.registers === 'i64' ? o.i64(0n) : o.i32(0);
  return o.reg<'i32' | 'i64'>(index);
}

/** Writes x register `index`; the choice of the slot depends on operands alone and is made when decoding. */
export function writeX(o: Emitter, index: Int | number, value: X | number): void {
  o.setReg<'i32' | 'i64'>(o.select(o.eq(index, 0), SINK, index), value);
}

/** A word sign-extended to XLEN. */
export function signed(o: Emitter, xlen: Xlen, word: Int): X {
  return xlen === 64 ? o.extendS(word) : word;
}

/** Where an access of memory goes: base + offset, as wide as an x register. */
export function addressOf(o: Emitter, xlen: Xlen, base: X, offset: Int): X {
  return o.add(base, signed(o, xlen, offset));
}

/** A load of 1, 2 or 4 bytes, extended to XLEN. */
export function loadX(o: Emitter, xlen: Xlen, size: 1 | 2 | 4, address: X, isSigned: boolean, aligned = false): X {
  const access = { signed: isSigned, aligned };
  return xlen === 64 ? o.load64(size, address, access) : o.load(size, address, access);
}

/** The low word of an x value: what narrow stores, comparisons' users and the 32-bit bus take. */
export function low(o: Emitter, value: X): Int {
  return value.type === 'i64' ? o.wrap(value as Value<'i64'>) : (value as Int);
}
