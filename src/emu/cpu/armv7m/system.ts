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

// biome-ignore format: a table
export const miscellaneous16 = [
  // The argument of `cps` is im:I:F; im = 1 disables (sets the mask).
  insn('1011 0110 011 m 00 i f', 'cps{effect} {masks}', 'system', 'B5.2.1 T1',
    (o, f) => o.helper('cps', [o.or(o.shl(f.m, 2), o.or(o.shl(f.i, 1), f.f))], 'void'), { when: (f) => f.i !== 0 || f.f !== 0 }),
  // Also executed where the condition of its IT block fails; the row cannot say so.
  insn('1011 1110 iiiiiiii', 'bkpt {imm}', 'breakpoint', 'A7.7.17 T1', (o, f) => o.trap('bkpt', f.i), {
    unconditional: true,
  }),
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

/** SYSm values that name a special register (B5.1): xPSR views, the stack pointers, masks and CONTROL. */
function isSpecialRegister(sysm: number): boolean {
  return sysm <= 3 || (sysm >= 5 && sysm <= 9) || (sysm >= 16 && sysm <= 20);
}
/** Mask 10 writes the flags, Q or the whole register; the GE bits (x1) only exist in the APSR views. */
function isWritable(f: { readonly y: number; readonly k: number }): boolean {
  return isSpecialRegister(f.y) && f.k !== 0 && (f.k === 2 || f.y <= 3);
}

// biome-ignore format: a table
export const system32 = [
  insn('111100111000 nnnn 1000 kk 00 yyyyyyyy', 'msr {special}, {n}', 'system', 'B5.2.3 T1',
    (o, f) => o.helper('msr', [f.y, f.k, o.reg(f.n)], 'void'), { when: (f) => plain(f.n) && isWritable(f) }),
  insn('1111001111101111 1000 dddd yyyyyyyy', 'mrs {d}, {special}', 'system', 'B5.2.2 T1',
    (o, f) => o.setReg(f.d, o.helper('mrs', [f.y])), { when: (f) => plain(f.d) && isSpecialRegister(f.y) }),
  insn('1111001110101111 10000000 00000000', 'nop.w', 'nop', 'A7.7.88 T2', nothing),
  insn('1111001110101111 10000000 00000001', 'yield.w', 'nop', 'A7.7.263 T2', nothing),
  insn('1111001110101111 10000000 00000010', 'wfe.w', 'hint', 'A7.7.261 T2', waitForEvent),
  insn('1111001110101111 10000000 00000011', 'wfi.w', 'hint', 'A7.7.262 T2', (o) => o.trap('wfi', 0, 'next')),
  insn('1111001110101111 10000000 00000100', 'sev.w', 'hint', 'A7.7.129 T2', (o) => o.helper('sev', [], 'void')),
  insn('1111001110101111 10000000 1111 iiii', 'dbg {imm}', 'nop', 'A7.7.32 T1', nothing),
  insn('1111001110101111 10000000 hhhhhhhh', 'nop.w {hint}', 'nop', 'A5.3.4', nothing,
    { when: (f) => f.h > 4 && f.h < 0xf0 }),
  insn('1111001110111111 10001111 0010 1111', 'clrex', 'clearExclusive', 'A7.7.23 T1', (o) => o.set('exclusive', 0)),
  insn('1111001110111111 10001111 0100 oooo', 'dsb {option}', 'barrier', 'A7.7.34 T1',
    (o) => o.helper('barrier', [DSB], 'void')),
  // One core without reordering: every access is observed in program order.
  insn('1111001110111111 10001111 0101 oooo', 'dmb {option}', 'barrier', 'A7.7.33 T1', nothing),
  insn('1111001110111111 10001111 0110 oooo', 'isb {option}', 'barrier', 'A7.7.37 T1',
    (o) => o.helper('barrier', [ISB], 'void')),
  insn('111101111111 iiii 1010 iiiiiiiiiiii', 'udf.w {imm}', 'undefined', 'A7.7.194 T2', (o) => o.trap('undefined')),
];

/** No coprocessor is there: every instruction of the space raises UsageFault NOCP with its number (A5.3.18). */
function noCoprocessor(o: Emitter, f: { readonly p: Int }): void {
  o.trap('noCoprocessor', f.p);
}

// biome-ignore format: a table
export const coprocessor = [
  insn('111z1110 oooo nnnn dddd pppp qqq 0 mmmm', 'cdp{2} {p}, {o}, {crd}, {crn}, {crm}, {op2}', 'coprocessor',
    'A7.7.22', noCoprocessor),
  insn('111z1110 ooo 0 nnnn tttt pppp qqq 1 mmmm', 'mcr{2} {p}, {o}, {t}, {crn}, {crm}, {op2}', 'coprocessor',
    'A7.7.72', noCoprocessor),
  insn('111z1110 ooo 1 nnnn tttt pppp qqq 1 mmmm', 'mrc{2} {p}, {o}, {apsr}, {crn}, {crm}, {op2}', 'coprocessor',
    'A7.7.80', noCoprocessor),
  insn('111z11000100 uuuu tttt pppp oooo mmmm', 'mcrr{2} {p}, {o}, {t}, {u}, {crm}', 'coprocessor',
    'A7.7.73', noCoprocessor),
  insn('111z11000101 uuuu tttt pppp oooo mmmm', 'mrrc{2} {p}, {o}, {t}, {u}, {crm}', 'coprocessor',
    'A7.7.81', noCoprocessor),
  insn('111z1101 bl00 nnnn dddd pppp iiiiiiii', 'stc{2}{long} {p}, {crd}, [{n}, {signed*4}]', 'coprocessor',
    'A7.7.158', noCoprocessor),
  insn('111z1101 bl10 nnnn dddd pppp iiiiiiii', 'stc{2}{long} {p}, {crd}, [{n}, {signed*4}]!', 'coprocessor',
    'A7.7.158', noCoprocessor),
  insn('111z1100 bl10 nnnn dddd pppp iiiiiiii', 'stc{2}{long} {p}, {crd}, [{n}], {signed*4}', 'coprocessor',
    'A7.7.158', noCoprocessor),
  insn('111z1100 1l00 nnnn dddd pppp iiiiiiii', 'stc{2}{long} {p}, {crd}, [{n}], {braced}', 'coprocessor',
    'A7.7.158', noCoprocessor),
  insn('111z1101 bl01 nnnn dddd pppp iiiiiiii', 'ldc{2}{long} {p}, {crd}, [{n}, {signed*4}]', 'coprocessor',
    'A7.7.39', noCoprocessor),
  insn('111z1101 bl11 nnnn dddd pppp iiiiiiii', 'ldc{2}{long} {p}, {crd}, [{n}, {signed*4}]!', 'coprocessor',
    'A7.7.39', noCoprocessor),
  insn('111z1100 bl11 nnnn dddd pppp iiiiiiii', 'ldc{2}{long} {p}, {crd}, [{n}], {signed*4}', 'coprocessor',
    'A7.7.39', noCoprocessor),
  insn('111z1100 1l01 nnnn dddd pppp iiiiiiii', 'ldc{2}{long} {p}, {crd}, [{n}], {braced}', 'coprocessor',
    'A7.7.39', noCoprocessor),
];
