import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../../../boards/index.js';
import { assemble } from '../../../isa/disassembler.js';
import type { Machine, MachineOptions } from '../../../machine.js';
import { armv7em } from '../isa.js';

/** Cycles of sequences, from Arm DDI 0439D 3.3 and measurements on an STM32F407 that are public (docs/timing.md). */

const CODE = 0x0800_0100;
/** Data in SRAM1. */
const DATA = 0x2000_0400;
const SRAM = 0x2000_0000;
const CPACR = 0xe000_ed88;

/** A machine before a sequence at an address; wide instructions are marked by the assembler's `.w`. */
function machineAt(lines: readonly string[], start: number, options: MachineOptions = {}): Machine {
  const halves: number[] = [];
  for (const line of lines) {
    const pc = start + 2 * halves.length;
    const { row, word } = assemble(armv7em, line, pc)[0]!;
    if (row.pattern.length === 32) halves.push(word >>> 16);
    halves.push(word & 0xffff);
  }
  const inFlash = start < SRAM;
  const bytes = new Uint8Array(0x400);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x2001_0000, true);
  view.setUint32(4, (inFlash ? start : CODE) | 1, true);
  for (let at = 8; at < 0x400; at += 2) view.setUint16(at, 0xbf00, true);
  if (inFlash) for (const [i, half] of halves.entries()) view.setUint16(start - 0x0800_0000 + 2 * i, half, true);
  const machine = stm32f4Discovery.createMachine({
    ...options,
    image: [{ physicalAddress: 0x0800_0000, data: bytes }],
  });
  if (!inFlash) {
    for (const [i, half] of halves.entries()) machine.bus.poke(start + 2 * i, 2, half);
    machine.cpu.pc = start;
  }
  for (let r = 0; r < 13; r++) machine.cpu.setRegister(`r${r}`, DATA + 32 * r);
  return machine;
}

/** Cycles of the first `count` instructions (all of them without it), what follows being `movs r7, #0`. */
function cyclesOf(
  lines: readonly string[],
  { start = CODE, count = lines.length }: { start?: number; count?: number } = {},
) {
  const machine = machineAt([...lines, 'movs r7, #0', 'movs r7, #0'], start);
  const before = machine.cycles;
  for (let i = 0; i < count; i++) machine.step();
  return machine.cycles - before;
}

describe('loads and stores (DDI 0439D 3.3.2)', () => {
  it.each([
    ['a load alone', ['ldr r0, [r1, #0]'], 2],
    ['independent loads: N + 1', ['ldr r0, [r1, #0]', 'ldr r2, [r3, #0]', 'ldr r4, [r5, #0]'], 4],
    ['a load and a store of what it loads', ['ldr r0, [r1, #0]', 'str r0, [r3, #20]'], 2],
    ['but no comparison', ['ldr r0, [r1, #0]', 'cmp r2, #0'], 3],
    ['stores follow each other', ['str r0, [r1, #0]', 'str r0, [r1, #4]', 'str r0, [r1, #8]'], 3],
    ['a load waits for a store', ['str r0, [r1, #0]', 'ldr r2, [r3, #0]'], 4],
    ['and so does LDM', ['str r0, [r1, #0]', 'ldm r3!, {r4, r5}'], 5],
    ['but not STM', ['str r0, [r1, #0]', 'stm r3!, {r4, r5}'], 4],
    ['LDM: 1 + N', ['ldm r3!, {r4, r5, r6}'], 4],
  ])('%s', (_, lines, cycles) => {
    expect(cyclesOf(lines)).toBe(cycles);
  });

  it.each([
    ['computed just before', ['adds r1, #4', 'ldr r0, [r1, #0]'], 4],
    ['computed earlier', ['adds r1, #4', 'movs r2, #0', 'ldr r0, [r1, #0]'], 4],
    ['loaded just before', ['ldr r1, [r3, #0]', 'ldr r0, [r1, #0]'], 5],
  ])('an address register %s', (_, lines, cycles) => {
    expect(cyclesOf(lines)).toBe(cycles);
  });

  it('wide loads that write back chain on different bases, not on the same one', () => {
    expect(cyclesOf(['ldr r0, [r1], #4', 'ldr r2, [r3], #4'])).toBe(3);
    expect(cyclesOf(['ldr r0, [r1], #4', 'ldr r2, [r1], #4'])).toBe(5);
  });
  it('a store with register offset takes two cycles, and absorbs a NOP', () => {
    expect(cyclesOf(['str r0, [r1, r2]'], { count: 0 })).toBe(0);
    const lines = ['movs r2, #4', 'movs r6, #0', 'str r0, [r1, r2]'];
    expect(cyclesOf(lines)).toBe(4);
    expect(cyclesOf([...lines, 'nop'])).toBe(4);
  });
});

describe('unaligned accesses (DDI 0439D 3.3.2)', () => {
  it.each(['cold', 'hot'] as const)('cost a cycle for a second access, two for a third, on the %s engine', (engine) => {
    for (const [line, offset, extra] of [
      ['ldrh r0, [r1, #0]', 1, 1],
      ['ldr r0, [r1, #0]', 2, 1],
      ['ldr r0, [r1, #0]', 1, 2],
      ['ldr r0, [r1, #0]', 3, 2],
      ['str r0, [r1, #0]', 2, 1],
      ['strh r0, [r1, #0]', 3, 1],
    ] as const) {
      const machine = machineAt([line, 'movs r7, #0'], CODE, { engine });
      machine.cpu.setRegister('r1', DATA + offset);
      const before = machine.cycles;
      machine.step();
      const alone = line.startsWith('l') ? 2 : 1;
      expect([line, offset, machine.cycles - before]).toEqual([line, offset, alone + extra]);
    }
  });
});

describe('code', () => {
  const wide = 'add.w r4, r4, r5';
  it('a memory access before three wide instructions in the middle of words costs one cycle more', () => {
    const lines = ['str r0, [r1, #0]', wide, wide, wide, 'movs r6, #0'];
    expect(cyclesOf(lines)).toBe(6);
    expect(cyclesOf(lines, { start: CODE + 2 })).toBe(5);
    expect(cyclesOf(['str r0, [r1, #0]', wide, wide, 'movs r6, #0'])).toBe(4);
  });
  it('IT is free behind a narrow instruction, not behind a wide one', () => {
    expect(cyclesOf(['cmp r0, r0', 'it eq', 'nop'], { count: 2 })).toBe(1);
    expect(cyclesOf([wide, 'it eq', 'nop'], { count: 2 })).toBe(2);
  });
});

describe('branches taken (DDI 0439D table 3-1, P by when the target is known)', () => {
  const to = `0x0${(CODE + 0x20).toString(16)}`;
  const unaligned = `0x0${(CODE + 0x22).toString(16)}`;
  it.each([
    [`b ${to}`, 2],
    [`bl ${to}`, 2],
    ['bx r0', 3],
    ['ldr.w pc, [r0, #0]', 5],
    ['pop {r4, pc}', 6],
  ])('%s: %i', (line, cycles) => {
    const machine = machineAt([line], CODE);
    machine.cpu.setRegister('r0', line.startsWith('bx') ? CODE + 0x21 : DATA);
    for (const at of [DATA, DATA + 4]) machine.bus.poke(at, 4, CODE + 0x21);
    machine.cpu.setRegister('sp', DATA);
    const before = machine.cycles;
    machine.step();
    expect([machine.cycles - before, machine.cpu.pc]).toEqual([cycles, CODE + 0x20]);
  });
  it('one more to a wide instruction in the middle of a word', () => {
    const machine = machineAt([`b ${unaligned}`, ...Array.from({ length: 16 }, () => 'nop'), 'add.w r4, r4, r5'], CODE);
    const before = machine.cycles;
    machine.step();
    expect(machine.cycles - before).toBe(3);
  });
});

/** Cycles until it stands at an address; the first instruction of the floating-point unit may take a step more. */
function cyclesTo(machine: Machine, end: number): number {
  const before = machine.cycles;
  while (machine.cpu.pc !== end) machine.step();
  return machine.cycles - before;
}
const bytesOf = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + assemble(armv7em, line, CODE)[0]!.row.pattern.length / 8, 0);

describe('VDIV and VSQRT (DDI 0439D 7.2.3: integer instructions behind them complete meanwhile; others of the unit wait)', () => {
  const divide = 'vdiv.f32 s0, s1, s2';
  const narrow = (count: number) => Array.from({ length: count }, (_, i) => `movs r${i % 4}, #1`);
  /** Cycles with the floating-point instruction behind that ends the stretch. */
  function cycles(lines: readonly string[], engine: 'cold' | 'hot' = 'cold') {
    const machine = machineAt([...lines, 'vadd.f32 s4, s5, s6'], CODE, { engine });
    machine.bus.write(CPACR, 4, 0xf << 20);
    return cyclesTo(machine, CODE + bytesOf(lines));
  }
  it.each([
    ['alone', [divide], 14],
    ['VSQRT, too', ['vsqrt.f32 s0, s1'], 14],
    ['hides what follows', [divide, ...narrow(5)], 14],
    ['no more than its 14 cycles', [divide, ...narrow(13)], 14],
    ['which are then over', [divide, ...narrow(15)], 16],
    ['hides loads, as they are pipelined', [divide, 'ldr r0, [r1, #0]', 'ldr r2, [r3, #0]', 'movs r4, #0'], 14],
    ['not a move of its result', [divide, 'movs r0, #1', 'vmov r1, s0', 'movs r2, #0'], 16],
    ['nor one of something else', [divide, 'vmov r1, s8', 'movs r2, #0'], 16],
    ['nor a load into the unit', [divide, 'vldr s8, [r1, #0]', 'movs r2, #0'], 17],
    ['nor another division', [divide, 'movs r0, #1', 'vdiv.f32 s4, s5, s6', 'movs r1, #1'], 28],
    ['nor what is behind a branch', [divide, `b 0x0${(CODE + 6).toString(16)}`, 'movs r0, #1'], 17],
    ['nor IT and what it makes conditional', [divide, 'it eq', 'nop'], 16],
  ])('%s', (_, lines, expected) => {
    expect([cycles(lines), cycles(lines, 'hot')]).toEqual([expected, expected]);
  });
  it('costs something else once what follows has changed', () => {
    const machine = machineAt([divide, ...narrow(12), 'vadd.f32 s4, s5, s6'], CODE);
    machine.bus.write(CPACR, 4, 0xf << 20);
    const run = () => {
      machine.cpu.pc = CODE;
      return cyclesTo(machine, CODE + 4);
    };
    expect(run()).toBe(2);
    const { word } = assemble(armv7em, 'vmov r1, s0', CODE)[0]!;
    // the eleventh halfword behind it, further than neighbours are looked at otherwise
    machine.bus.poke(CODE + 4 + 20, 2, word >>> 16);
    machine.bus.poke(CODE + 4 + 22, 2, word & 0xffff);
    expect(run()).toBe(4);
  });
});

describe('code in SRAM, over the System bus (DDI 0439D 2.3.1)', () => {
  const inSram = (lines: readonly string[]) => cyclesOf(lines, { start: SRAM + 0x100 });
  it.each([
    ['narrow instructions come fast enough', ['movs r0, #1', 'movs r1, #1', 'movs r2, #1'], 3],
    ['a wide one takes the two cycles of its word', ['add.w r0, r1, r2', 'add.w r3, r1, r2'], 4],
    ['a load and its code', ['ldr r0, [r1, #0]'], 2],
    ['loads are not pipelined', ['ldr r0, [r1, #0]', 'ldr r2, [r3, #0]', 'ldr r4, [r5, #0]'], 6],
    ['a store takes a fetch away', ['str r0, [r1, #0]'], 2],
    ['wide accesses', ['ldr.w r0, [r1, #0]', 'str.w r0, [r1, #0]'], 6],
    ['LDM', ['ldm r3!, {r4, r5, r6}'], 4],
    ['IT is not free', ['cmp r0, r0', 'it eq', 'nop'], 3],
  ])('%s', (_, lines, cycles) => {
    expect(inSram(lines)).toBe(cycles);
  });
  // modm's delay loop, as its authors measured it: 4 cycles by the System bus, 3 by ICode
  it.each(['cold', 'hot'] as const)('a loop of SUBS and BNE takes 4 cycles, 3 in flash, on the %s engine', (engine) => {
    for (const [start, cycles] of [
      [SRAM + 0x100, 4],
      [CODE, 3],
    ] as const) {
      const back = `bne 0x${start.toString(16).padStart(8, '0')}`;
      const machine = machineAt(['subs r0, #1', back], start, { engine });
      machine.cpu.setRegister('r0', 1000);
      const before = machine.cycles;
      machine.run({ cycles: 998 * cycles });
      expect([machine.cycles - before, machine.cpu.register('r0')]).toEqual([998 * cycles, 2]);
    }
  });
  it('is as fast as elsewhere by the ideal timing', () => {
    const machine = machineAt(['add.w r0, r1, r2', 'str r0, [r1, #0]'], SRAM + 0x100, { timing: 'ideal' });
    const before = machine.cycles;
    for (let i = 0; i < 2; i++) machine.step();
    expect(machine.cycles - before).toBe(2);
  });
  it('comes by ICode where MEM_MODE shows SRAM1 at 0', () => {
    const machine = machineAt([], CODE);
    machine.bus.write(0x4002_3844, 4, 1 << 14); // RCC_APB2ENR.SYSCFGEN
    machine.bus.write(0x4001_3800, 4, 3); // SYSCFG_MEMRMP
    for (const [i, half] of [0xeb01, 0x0002, 0xbf00, 0xbf00].entries()) machine.bus.poke(SRAM + 0x100 + 2 * i, 2, half);
    machine.cpu.pc = 0x100;
    const before = machine.cycles;
    machine.step();
    expect([machine.cycles - before, machine.cpu.pc]).toEqual([1, 0x104]);
  });
});

describe('timing: ideal', () => {
  it('knows no neighbours', () => {
    const machine = machineAt(['ldr r0, [r1, #0]', 'ldr r2, [r3, #0]', 'adds r1, #4', 'ldr r0, [r1, #0]'], CODE, {
      timing: 'ideal',
    });
    const before = machine.cycles;
    for (let i = 0; i < 4; i++) machine.step();
    expect(machine.cycles - before).toBe(7);
  });
});
