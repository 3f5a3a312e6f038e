import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { mainAddress, note, RAM, type Rigged, rig, SCB } from './rig.js';
import { bx, type Code, ldr, mov32, movs, nop, poke, stay, str } from './thumb.js';

const FPB = 0xe000_2000;
const [CTRL, REMAP] = [FPB, FPB + 4] as const;
const COMP = (n: number) => FPB + 8 + 4 * n;
const [ENABLE, KEY] = [1, 2] as const;
const MON_EN = 1 << 16;
const BKPT = 1 << 1;
const TABLE = RAM + 0x5000;
const { debugMonitor, hardFault } = EXCEPTION;
const [LOWER, UPPER, BOTH] = [1 << 30, 2 << 30, 3 << 30].map((bits) => bits >>> 0) as [number, number, number];

/** Goes on behind the halfword at which it came: adds 2 to the stacked return address. */
const monitor: Code = [...note(7), 0x9806, 0x3002, 0x9006, ...bx(14)];
const run = (main: Code, before: (rigged: Rigged) => void = () => {}): Rigged => {
  const rigged = rig([...main, ...stay], { [debugMonitor]: monitor, [hardFault]: stay });
  before(rigged);
  rigged.cycles(400);
  return rigged;
};
const setUp = ({ machine }: Rigged, comparators: Readonly<Record<number, number>>, more: () => void = () => {}) => {
  for (const [n, value] of Object.entries(comparators)) machine.bus.write(COMP(Number(n)), 4, value);
  machine.bus.write(CTRL, 4, ENABLE | KEY);
  more();
};
const monitored = poke(SCB.DEMCR, MON_EN);

describe('registers (C1.11)', () => {
  test('six comparators of instructions and two of literals; the table lies in SRAM', () => {
    const { bus } = rig(stay).machine;
    expect([bus.read(CTRL, 4), bus.read(REMAP, 4)]).toEqual([0x260, 0x2000_0000]);
    bus.write(REMAP, 4, 0xffff_ffff);
    expect(bus.read(REMAP, 4)).toBe(0x3fff_ffe0);
    bus.write(COMP(7), 4, 0xffff_ffff);
    expect(bus.read(COMP(7), 4)).toBe(0xdfff_fffd);
  });

  test('FP_CTRL.ENABLE changes only with KEY, which reads as 0', () => {
    const { bus } = rig(stay).machine;
    bus.write(CTRL, 4, ENABLE);
    expect(bus.read(CTRL, 4)).toBe(0x260);
    bus.write(CTRL, 4, ENABLE | KEY);
    expect(bus.read(CTRL, 4)).toBe(0x261);
    bus.write(CTRL, 4, 0);
    expect(bus.read(CTRL, 4)).toBe(0x261);
    bus.write(CTRL, 4, KEY);
    expect(bus.read(CTRL, 4)).toBe(0x260);
  });
});

describe('breakpoints', () => {
  // four MOVS, the first at a multiple of 4
  const main: Code = [...monitored, ...nop, ...movs(4, 1), ...movs(5, 2), ...movs(6, 3), ...movs(7, 4)];
  const at = mainAddress + 2 * (monitored.length + 1);

  test.each([
    ['lower', LOWER, [0, 2, 3, 4], 1],
    ['upper', UPPER, [1, 0, 3, 4], 1],
    ['both', BOTH, [0, 0, 3, 4], 2],
  ] as const)('on the %s half-word of a word act as BKPT', (_, replace, registers, times) => {
    expect(at % 4).toBe(0);
    const rigged = run(main, (one) => setUp(one, { 3: (replace | at | 1) >>> 0 }));
    expect(['r4', 'r5', 'r6', 'r7'].map((name) => rigged.cpu.register(name))).toEqual(registers);
    expect([rigged.trace().length, rigged.word(SCB.DFSR)]).toEqual([times, BKPT]);
  });

  test('do nothing while the unit or the comparator is off', () => {
    const off = run(main, (one) => setUp(one, { 0: (LOWER | at) >>> 0 }));
    expect([off.trace().length, off.cpu.register('r4')]).toEqual([0, 1]);
    const closed = run(main, ({ machine }) => machine.bus.write(COMP(0), 4, (LOWER | at | 1) >>> 0));
    expect([closed.trace().length, closed.cpu.register('r4')]).toEqual([0, 1]);
  });

  test('are a HardFault without the monitor, as BKPT is (C1.4.1)', () => {
    const rigged = run(main.slice(monitored.length + 1), (one) => setUp(one, { 0: (LOWER | mainAddress | 1) >>> 0 }));
    expect([rigged.cpu.register('xpsr') & 0x1ff, rigged.word(SCB.HFSR) >>> 31]).toEqual([hardFault, 1]);
  });

  test('end no run of the host, whose own breakpoints go on working', () => {
    const rigged = rig([...main, ...stay], { [debugMonitor]: monitor });
    setUp(rigged, { 0: (LOWER | at | 1) >>> 0 });
    rigged.cpu.breakpoints.add(at);
    expect(rigged.machine.runCycles(400)).toBe('breakpoint');
    expect(rigged.cpu.pc).toBe(at);
    rigged.machine.step();
    rigged.cpu.breakpoints.delete(at);
    expect(rigged.machine.runCycles(400)).toBe('limit');
    expect([rigged.trace().length, rigged.cpu.register('r7')]).toEqual([1, 4]);
  });
});

describe('remapping', () => {
  // a subroutine of two halfwords in one word: MOVS r4, #1; BX lr
  const subroutine = mainAddress + 0x100;
  const call: Code = [0x4790];
  const program: Code = [...mov32(2, subroutine | 1), ...call, ...call, ...movs(7, 1)];
  const place = ({ machine }: Rigged) => machine.bus.poke(subroutine, 4, 0x4770_2401);
  const remap = { 2: subroutine | 1 };
  const atTable = ({ machine }: Rigged) => machine.bus.write(REMAP, 4, TABLE);

  test('an instruction comes from the table, at four times the number of the comparator', () => {
    const rigged = run(program, (one) => {
      place(one);
      one.machine.bus.poke(TABLE + 8, 4, 0x4770_2499);
      setUp(one, remap, () => atTable(one));
    });
    expect(rigged.cpu.register('r4')).toBe(0x99);
  });

  test('takes effect on code that was executed before, and ends', () => {
    const rigged = run([...program, ...program, ...stay], place);
    expect(rigged.cpu.register('r4')).toBe(1);
    const again = () => {
      rigged.cpu.pc = mainAddress;
      rigged.cycles(100);
      return rigged.cpu.register('r4');
    };
    rigged.machine.bus.poke(TABLE + 8, 4, 0x4770_2455);
    setUp(rigged, remap, () => atTable(rigged));
    expect(again()).toBe(0x55);
    rigged.machine.bus.write(CTRL, 4, KEY);
    expect(again()).toBe(1);
  });

  test('follows stores to the table', () => {
    const store = [...mov32(0, TABLE + 8), ...mov32(1, 0x4770_2477), ...str(1, 0)];
    const rigged = run([...program, ...store, ...program], (one) => {
      place(one);
      one.machine.bus.poke(TABLE + 8, 4, 0x4770_2499);
      setUp(one, remap, () => atTable(one));
    });
    expect(rigged.cpu.register('r4')).toBe(0x77);
  });

  test('a literal is read from the table, in code that holds it as well', () => {
    const literal = mainAddress + 0x40;
    // LDR r4, [pc, #0x3c]; the same word by address
    const rigged = run([0x4c0f, ...mov32(6, literal), ...ldr(5, 6), ...nop], (one) => {
      one.machine.bus.poke(literal, 4, 0x1111_1111);
      one.machine.bus.poke(TABLE + 28, 4, 0x2222_2222);
      setUp(one, { 7: literal | 1 }, () => atTable(one));
    });
    expect([rigged.cpu.register('r4'), rigged.cpu.register('r5')]).toEqual([0x2222_2222, 0x2222_2222]);
  });

  test('comes back with a restore', () => {
    const rigged = rig([...program, ...stay], {});
    place(rigged);
    const without = rigged.machine.snapshot();
    rigged.machine.bus.poke(TABLE + 8, 4, 0x4770_2499);
    setUp(rigged, remap, () => atTable(rigged));
    const remapped = rigged.machine.snapshot();
    for (const [snapshot, value] of [
      [without, 1],
      [remapped, 0x99],
      [without, 1],
    ] as const) {
      rigged.machine.restore(snapshot);
      rigged.cycles(100);
      expect(rigged.cpu.register('r4')).toBe(value);
    }
  });
});
