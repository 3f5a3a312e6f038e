import { insn, type Row } from '../../isa/instruction.js';

/** Environment calls and what machine mode adds; the hart acts on the traps (Unpriv 2.8, Priv 3.3). */
// biome-ignore format: a table, one row a line
export const PRIVILEGED: readonly Row[] = [
  insn('0000000 00000 00000 000 00000 1110011', 'ecall', 'system', 'Unpriv 2.8', (o) => o.trap('ecall')),
  insn('0000000 00001 00000 000 00000 1110011', 'ebreak', 'system', 'Unpriv 2.8', (o) => o.trap('ebreak')),
  insn('0011000 00010 00000 000 00000 1110011', 'mret', 'system', 'Priv 3.3.2', (o) => o.trap('mret')),
  insn('0001000 00101 00000 000 00000 1110011', 'wfi', 'system', 'Priv 3.3.3', (o) => o.trap('wfi', 0, 'next')),
];
