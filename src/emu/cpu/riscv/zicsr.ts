import type { Emitter, Int, Long } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import { low, readX, writeX, type X, type Xlen } from './x-registers.js';

/** The helper `csr`'s second argument. */
export const CSR_OPERATION = { write: 0, set: 1, clear: 2, read: 3 } as const;

/** Words cross into the host faster than doublewords: the helper takes and gives them, the high one by a scalar. */
function accessLong(o: Emitter, csr: Int, operation: number, value: X, writes: Int | number): X {
  const high = value.type === 'i64' ? o.wrap(o.shrU<'i64'>(value as Long, 32)) : 0;
  const old = o.helper('csr', [csr, operation, low(o, value), high, writes]);
  return o.or<'i64'>(o.extendU(old), o.shl<'i64'>(o.extendU(o.get('csrHigh')), 32));
}

type CsrOperands = { readonly c: Int; readonly s: Int; readonly d: Int };

/**
 * Zicsr (Unpriv 9.1). The helper `csr(address, operation, value, writes)`, on RV64 `csr(address, operation, low,
 * high, writes)`, gives the old value and raises the
 * illegal-instruction exception; CSRRS and CSRRC with x0, and their immediate forms with 0, do not write at all.
 */
export function zicsr(xlen: Xlen): readonly Row[] {
  const access = (o: Emitter, f: CsrOperands, operation: number, value: X, writes: Int | number) => {
    if (xlen === 64) writeX(o, f.d, accessLong(o, f.c, operation, value, writes));
    else writeX(o, f.d, o.helper('csr', [f.c, operation, value, writes]));
  };
  const fromRegister = (operation: number) => (o: Emitter, f: CsrOperands) =>
    access(o, f, operation, readX(o, f.s), operation === CSR_OPERATION.write ? 1 : o.ne(f.s, 0));
  const fromImmediate = (operation: number) => (o: Emitter, f: CsrOperands) =>
    access(o, f, operation, f.s, operation === CSR_OPERATION.write ? 1 : o.ne(f.s, 0));
  const { write, set, clear } = CSR_OPERATION;
  // biome-ignore format: a table, one row a line
  return [
    insn('cccccccccccc sssss 001 ddddd 1110011', 'csrrw {d},{csr},{s}', 'csr', 'Unpriv 9.1', fromRegister(write)),
    insn('cccccccccccc sssss 010 ddddd 1110011', 'csrrs {d},{csr},{s}', 'csr', 'Unpriv 9.1', fromRegister(set)),
    insn('cccccccccccc sssss 011 ddddd 1110011', 'csrrc {d},{csr},{s}', 'csr', 'Unpriv 9.1', fromRegister(clear)),
    insn('cccccccccccc sssss 101 ddddd 1110011', 'csrrwi {d},{csr},{zimm}', 'csr', 'Unpriv 9.1', fromImmediate(write)),
    insn('cccccccccccc sssss 110 ddddd 1110011', 'csrrsi {d},{csr},{zimm}', 'csr', 'Unpriv 9.1', fromImmediate(set)),
    insn('cccccccccccc sssss 111 ddddd 1110011', 'csrrci {d},{csr},{zimm}', 'csr', 'Unpriv 9.1', fromImmediate(clear)),
  ];
}
