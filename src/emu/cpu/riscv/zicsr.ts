import type { Emitter, Int } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';
import { low, readX, signed, writeX, type X, type Xlen } from './x-registers.js';

/** The helper `csr`'s second argument. */
export const CSR_OPERATION = { write: 0, set: 1, clear: 2, read: 3 } as const;

type CsrOperands = { readonly c: Int; readonly s: Int; readonly d: Int };

/**
 * Zicsr (Unpriv 9.1). The helper `csr(address, operation, value, writes)` gives the old value and raises the
 * illegal-instruction exception; CSRRS and CSRRC with x0, and their immediate forms with 0, do not write at all.
 */
export function zicsr(xlen: Xlen): readonly Row[] {
  const access = (o: Emitter, f: CsrOperands, operation: number, value: X, writes: Int | number) => {
    const old = o.helper('csr', [f.c, operation, low(o, value), writes]);
    writeX(o, f.d, signed(o, xlen, old));
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
