import { describe, expect, test } from 'vitest';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { RiscvOptions } from '../../src/emu/cpu/riscv/riscv-options.js';
import { assemble } from '../../src/emu/isa/disassembler.js';
import { machineOf, RAM } from './harts.js';

/** Each extension by itself: instructions of those that a hart has not are illegal, with the instruction as mtval. */

const STEPS = 40;
const FS_INITIAL = 1 << 13;
const FS = 3n << 13n;
const ILLEGAL = 2;
const HANDLER = RAM + 0x100;

/** Executes one line with FS set to Initial (if there is one); gives cause, mtval and mstatus.FS. */
function execute(options: Partial<RiscvOptions>, line: string, frm = 0) {
  const isa = options.xlen === 64 ? rv64gc : rv32gc;
  const code = new DataView(new ArrayBuffer(0x200));
  const lines = ['lui t1,0x2', 'csrrs zero,mstatus,t1', line];
  let at = 0;
  for (const text of lines) {
    const { word, row } = assemble(isa, text, RAM + at)[0]!;
    if (row.pattern.length === 16) code.setUint16(at, word, true);
    else code.setUint32(at, word, true);
    at += row.pattern.length / 8;
  }
  // a jump to itself behind the instruction, and where traps lead
  for (const end of [at, HANDLER - RAM]) code.setUint32(end, 0x6f, true);
  const machine = machineOf([{ physicalAddress: RAM, data: new Uint8Array(code.buffer) }], options);
  machine.cpu.setRegister('mtvec', HANDLER);
  if (/f/.test(options.isa!.split('_')[0]!)) {
    machine.cpu.setRegister('mstatus', FS_INITIAL);
    machine.cpu.setRegister('frm', frm);
    machine.cpu.setRegister('mstatus', 0);
  }
  machine.runCycles(STEPS);
  const { word } = assemble(isa, line, RAM)[0]!;
  const trapped = machine.cpu.pc === HANDLER;
  const fs = Number(machine.cpu.register64!('mstatus') & FS);
  if (trapped) expect([machine.cpu.register('mcause'), machine.cpu.register('mtval')]).toEqual([ILLEGAL, word]);
  return { trapped, fs: fs >>> 13 };
}

const of = (isa: string, xlen: 32 | 64 = 32): Partial<RiscvOptions> => ({ isa, xlen });

describe('a hart executes the instructions of its extensions, and no others', () => {
  test.each([
    ['imac', 'fadd.s fa0,fa1,fa2', true],
    ['imac', 'c.flw fa0,0(a0)', true],
    ['imafc', 'fadd.s fa0,fa1,fa2', false],
    ['imafc', 'fadd.d fa0,fa1,fa2', true],
    ['imafc', 'c.fldsp fa0,0(sp)', true],
    ['imafdc', 'fadd.d fa0,fa1,fa2', false],
    ['imac_zba', 'sh1add a0,a1,a2', false],
    ['imac_zba', 'andn a0,a1,a2', true],
    ['imac_zbb', 'andn a0,a1,a2', false],
    ['imac_zbb', 'bset a0,a1,a2', true],
    ['imac_zbs', 'bset a0,a1,a2', false],
    ['imac_zbs', 'clmul a0,a1,a2', true],
    ['imac_zbc', 'clmul a0,a1,a2', false],
    ['imac_zbc', 'sh1add a0,a1,a2', true],
  ])('%s: %s', (isa, line, traps) => {
    for (const xlen of [32, 64] as const) {
      if (xlen === 64 && line.startsWith('c.flw')) continue;
      expect(execute(of(isa, xlen), line).trapped).toBe(traps);
    }
  });
});

describe('rounding modes that there are not', () => {
  test.each([5, 6, 7])('frm %i is illegal where an instruction asks for it, and nowhere else (Unpriv 11.2)', (frm) => {
    expect(execute(of('imafdc'), 'fadd.s fa0,fa1,fa2', frm)).toEqual({ trapped: true, fs: 1 });
    expect(execute(of('imafdc'), 'fadd.s fa0,fa1,fa2,rne', frm).trapped).toBe(false);
    expect(execute(of('imafdc'), 'fsgnj.s fa0,fa1,fa2', frm).trapped).toBe(false);
    expect(execute(of('imafdc', 64), 'fcvt.d.w fa0,a0,dyn', frm).trapped).toBe(true);
    expect(execute(of('imafdc', 64), 'fcvt.l.d a0,fa0', frm).trapped).toBe(true);
  });
});

describe('mstatus.FS (Priv 3.1.6.6)', () => {
  test.each([
    ['fadd.d fa0,fa1,fa2', 3],
    ['fmv.w.x fa0,a0', 3],
    ['fclass.d a0,fa0', 1],
    ['fmv.x.w a0,fa0', 1],
    // of zeros, which raise nothing
    ['feq.d a0,fa0,fa1', 1],
    ['fcvt.w.d a0,fa0', 1],
  ])('%s leaves it at %i', (line, fs) => {
    expect(execute(of('imafdc'), line)).toEqual({ trapped: false, fs });
  });
});
