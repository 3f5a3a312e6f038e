import type { Emitter, Int } from '../../isa/emitter.js';
import { insn } from '../../isa/instruction.js';
import { bitCount, plain } from './pseudocode.js';

/** Miscellaneous 16-bit instructions and hints (A5.2.5), and the 32-bit system instructions (A5.3.4). */

/** Kinds of the `barrier` helper. */
export const DMB = 0;
export const DSB = 1;
export const ISB = 2;

const nothing = (): void => {};

/** WFE returns at once, and clears the event register, where an event is registered (B1.5.18). */
function waitForEvent(o: Emitter): void {
  o.if(
    o.get('event'),
    () => o.set('event', 0),
    () => o.trap('wfe', 0, 'next'),
  );
}
/** Clears the local monitor. */
function clearExclusive(o: Emitter): void {
  o.set('exclusive', 0);
}

// biome-ignore format: a table
export const miscellaneous16 = [
  // The argument of `cps` is im:I:F; im = 1 disables (sets the mask).
  insn('1011 0110 011 m 00 i f', 'cps{effect} {masks}', 'system', 'B5.2.1 T1',
    (o, f) => o.helper('cps', [o.or(o.shl(f.m, 2), o.or(o.shl(f.i, 1), f.f))], 'void'), { when: (f) => f.i !== 0 || f.f !== 0 }),
  // Also executed where the condition of its IT block fails; the row cannot say so.
  insn('1011 1110 iiiiiiii', 'bkpt {imm}', 'breakpoint', 'A7.7.17 T1', (o, f) => o.trap('bkpt', f.i)),
  insn('1011 1111 cccc mmmm', 'it{it}', 'it', 'A7.7.38 T1', (o, f) => o.set('itstate', o.or(o.shl(f.c, 4), f.m)), {
    common: true,
    when: (f) => f.m !== 0 && f.c !== 15 && (f.c !== 14 || bitCount(f.m) === 1),
  }),
  insn('1011 1111 0000 0000', 'nop', 'nop', 'A7.7.88 T1', nothing, { common: true }),
  insn('1011 1111 0001 0000', 'yield', 'nop', 'A7.7.263 T1', nothing),
  insn('1011 1111 0010 0000', 'wfe', 'hint', 'A7.7.261 T1', waitForEvent),
  insn('1011 1111 0011 0000', 'wfi', 'hint', 'A7.7.262 T1', (o) => o.trap('wfi', 0, 'next')),
  insn('1011 1111 0100 0000', 'sev', 'hint', 'A7.7.129 T1', (o) => o.helper('sev', [], 'void')),
  // Unallocated hints execute as NOP (A5.2.5).
  insn('1011 1111 hhhh 0000', 'nop {hint}', 'nop', 'A5.2.5', nothing, { when: (f) => f.h > 4 }),
  insn('1101 1110 iiiiiiii', 'udf {imm}', 'undefined', 'A7.7.194 T1', (o) => o.trap('undefined')),
  insn('1101 1111 iiiiiiii', 'svc {imm}', 'supervisorCall', 'A7.7.178 T1', (o, f) => o.trap('svc', f.i, 'next')),
];
