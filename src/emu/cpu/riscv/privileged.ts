import type { Emitter } from '../../isa/emitter.js';
import { insn, type Row } from '../../isa/instruction.js';

/** The helper `waits` says whether there is anything to do: where an interrupt is pending WFI is a NOP, in idle loops mostly. */
function waitForInterrupt(o: Emitter): void {
  o.if(o.helper('waits', []), () => o.trap('wfi', 0, 'next'));
}

/** Environment calls and what the privileged architecture adds; the hart acts on the traps (Unpriv 2.8, Priv 3.3, 4.2). */
// biome-ignore format: a table, one row a line
export const PRIVILEGED: readonly Row[] = [
  insn('0000000 00000 00000 000 00000 1110011', 'ecall', 'system', 'Unpriv 2.8', (o) => o.trap('ecall')),
  insn('0000000 00001 00000 000 00000 1110011', 'ebreak', 'system', 'Unpriv 2.8', (o) => o.trap('ebreak')),
  insn('0011000 00010 00000 000 00000 1110011', 'mret', 'system', 'Priv 3.3.2', (o) => o.trap('mret')),
  insn('0001000 00010 00000 000 00000 1110011', 'sret', 'system', 'Priv 3.3.2', (o) => o.trap('sret')),
  insn('0001001 ttttt sssss 000 00000 1110011', 'sfence.vma {s},{t}', 'system', 'Priv 4.2.1', (o) => o.trap('sfence', 0, 'next')),
  insn('0001000 00101 00000 000 00000 1110011', 'wfi', 'system', 'Priv 3.3.3', waitForInterrupt),
];
