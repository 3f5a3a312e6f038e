import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64, stm32f4Discovery } from '../../src/boards/index.js';
import { armv7em } from '../../src/emu/cpu/armv7m/isa.js';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import type { Fields, Isa, Row } from '../../src/emu/isa/instruction.js';
import { emit, staticsOf } from '../../src/emu/isa/variant.js';
import { Random } from '../differential/thumb-program.js';
import { type Bench, RowBench, type Sample } from './rows.js';

// Every row of every ISA is executed inside a compiled region, with the cold engine's result.

const SAMPLES = process.env['FWTEST_LONG'] ? 30 : 2;

const SRAM = 0x2000_0000;
const THUMB: Bench = {
  isa: armv7em,
  create: (options) => stm32f4Discovery.createMachine({ ...options, image: vectors() }),
  code: SRAM + 0x8000,
  data: [SRAM + 0x1000, SRAM + 0x2000, SRAM + 0x3000],
  registers: [...names(13, 'r'), 'sp', 'lr', 'pc', ...names(32, 's')],
  nop: 0xbf00,
  handler: 0x0800_0300,
  prepare: (machine) => {
    // the floating-point unit, with a context in it
    machine.bus.write(0xe000_ed88, 4, 0xf << 20);
    machine.cpu.setRegister('control', 4);
    // where PC is loaded from: data, and literals behind the NOPs
    const pointers = new Uint8Array(Uint32Array.from({ length: 0x200 }, () => (SRAM + 0x8040) | 1).buffer);
    for (const at of [0x2000, 0x7000, 0x8800]) machine.bus.fill(SRAM + at, pointers);
    // an interrupt pends but is masked, so that WFI goes on
    machine.bus.write(0xe000_e100, 4, 1);
    machine.bus.write(0xe000_e200, 4, 1);
    machine.cpu.setRegister('primask', 1);
  },
};

function names(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

/** Exceptions lead to a branch to itself. */
function vectors() {
  const image = new Uint8Array(0x400);
  const view = new DataView(image.buffer);
  view.setUint32(0, SRAM + 0x4000, true);
  for (let number = 1; number < 0x60; number++) view.setUint32(4 * number, 0x0800_0301, true);
  view.setUint16(0x300, 0xe7fe, true);
  return [{ physicalAddress: 0x0800_0000, data: image }];
}

const RAM = 0x8000_0000;
const riscv = (isa: Isa, board: typeof riscvVirt): Bench => ({
  isa,
  create: (options) =>
    board.createMachine({ ...options, image: [{ physicalAddress: RAM, data: Uint8Array.of(0x6f, 0, 0, 0) }] }),
  code: RAM + 0x8000,
  data: [RAM + 0x1000, RAM + 0x2000, RAM + 0x3000],
  registers: Array.from({ length: 32 }, (_, i) => `x${i}`),
  nop: 1,
  handler: RAM,
  prepare: (machine) => {
    machine.runCycles(100);
    machine.cpu.setRegister('mtvec', RAM);
    machine.bus.write(0x200_0000, 4, 1);
    machine.cpu.setRegister('mie', 8);
    machine.cpu.setRegister('mepc', RAM + 0x8100);
    // the floating-point unit is on: mstatus.FS is Initial
    machine.cpu.setRegister('mstatus', 0x2000);
  },
});

/** Registers that make a row's accesses and branches find something. */
function sampleOf(bench: RowBench, { isa, code, data: [page] }: Bench, row: Row, random: Random): Sample {
  const thumb = isa === armv7em;
  const fields = bench.fields(row, random, (f) => accepts(row, f, thumb));
  const data = page! + 0x1000;
  const accesses = emit(isa, { row, statics: staticsOf(row, fields), inItBlock: false }, { fields, pc: code });
  const touches = accesses.some(({ op }) => op === 'load' || op === 'store');
  const jumps = /^(bx|blx|mov pc|add pc|c\.j|jalr)/.test(row.text);
  const value = () => {
    if (jumps) return row.text.startsWith('add') ? 0x40 : (code + 0x40) | Number(thumb);
    return touches ? 4 * random.below(8) : random.chance(0.3) ? random.below(64) : random.word();
  };
  const registers: [number, number][] = Array.from({ length: thumb ? 13 : 32 }, (_, i) => [i, value()]);
  registers.push([thumb ? 13 : 2, data + 0x400]);
  if (thumb) registers.push(...Array.from({ length: 32 }, (_, i): [number, number] => [16 + i, float(random)]));
  const base = thumb ? fields['n'] : fields['s'];
  const narrow = row.pattern.fields.some(({ letter, width }) => letter === 's' && width === 3);
  if (touches && base !== undefined && !(thumb && base === 15)) registers.push([base + (narrow ? 8 : 0), data + 0x400]);
  const fpscr = random.chance(0.5) ? 0x10 : random.word() & 0xf7c0_009f;
  return { row, fields, registers, ...(thumb && { flags: random.below(32), fpscr }) };
}

/** A single as bits: ordinary, or anything. */
function float(random: Random): number {
  const word = random.word();
  return random.chance(0.7) ? (word & 0x81ff_ffff) | 0x3e00_0000 : random.chance(0.5) ? word & 0x8000_0000 : word;
}

/** Immediates small enough to lead to where code and data are. */
function accepts(row: Row, f: Fields, thumb: boolean): boolean {
  // BKPT 0xAB is semihosting
  if (row.timing === 'breakpoint') return f['i'] !== 0xab;
  if (!thumb) return true;
  // a jump to the stack, where data is
  if (/^(bx|blx|mov pc|add pc)/.test(row.text)) return f['m'] !== 13;
  // base and index of an access
  return row.text.includes('{list') || !row.text.includes('[') || f['m'] === undefined || f['m'] !== f['n'];
}

describe.each([
  ['ARMv7E-M', THUMB],
  ['RV32GC', riscv(rv32gc, riscvVirt)],
  ['RV64GC', riscv(rv64gc, riscvVirt64 as typeof riscvVirt)],
] as const)('%s', (_, target) => {
  const { isa } = target;

  test('every row agrees, and is executed by regions', () => {
    const random = new Random(7);
    const cold: string[] = [];
    everyRow(target, isa.rows, (bench, row) => {
      const next = () => agree(bench, sampleOf(bench, target, row, random));
      let least = Math.min(...Array.from({ length: SAMPLES }, next));
      // unaligned accesses leave a region
      for (let i = 0; i < 400 && least > 0; i++) least = Math.min(least, next());
      if (least > 0) cold.push(row.text);
    });
    expect(cold).toEqual([]);
  });
});

test('ARMv7E-M: every row agrees inside an IT block, whatever the condition', () => {
  const random = new Random(8);
  everyRow(THUMB, armv7em.rows.filter(mayStandInItBlock), (bench, row) => {
    for (let i = 0; i < SAMPLES; i++) {
      agree(bench, { ...sampleOf(bench, THUMB, row, random), condition: random.below(15) });
    }
  });
});

/** New machines every now and then: each keeps the regions of all its rows. */
function everyRow(target: Bench, rows: readonly Row[], fn: (bench: RowBench, row: Row) => void): void {
  let bench = new RowBench(target);
  for (const [index, row] of rows.entries()) {
    if (index % 40 === 39) bench = new RowBench(target);
    fn(bench, row);
  }
}

/** Fails where the engines differ; gives the number of instructions that were not executed by regions. */
function agree(bench: RowBench, sample: Sample): number {
  const { difference, cold } = bench.run(sample);
  const { row, ...rest } = sample;
  expect(difference, `${row.text} ${JSON.stringify(rest)}`).toBeUndefined();
  return cold;
}

/** CBZ, CPS, IT and B with a condition of its own may not (A7.3.1). */
const mayStandInItBlock = ({ text, timing }: Row): boolean =>
  timing !== 'it' && timing !== 'compareBranch' && !/^(cps|b\{cond\})/.test(text);
