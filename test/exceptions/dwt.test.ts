import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { mainAddress, NVIC_ISER, NVIC_ISPR, note, RAM, type Rigged, rig, SCB } from './rig.js';
import { adds, bx, type Code, ldr, mov32, movs, nop, poke, stay, str, strb, subs, svc, wfi } from './thumb.js';

const DWT = 0xe000_1000;
const [CTRL, CYCCNT, EXCCNT, SLEEPCNT, PCSR] = [DWT, DWT + 4, DWT + 0xc, DWT + 0x10, DWT + 0x1c] as const;
const COMP = (n: number) => DWT + 0x20 + 16 * n;
const MASK = (n: number) => COMP(n) + 4;
const FUNCTION = (n: number) => COMP(n) + 8;
const [TRCENA, MON_EN] = [1 << 24, 1 << 16] as const;
const MATCHED = 1 << 24;
const DWTTRAP = 1 << 2;
const WORD = RAM + 0x4010;
const { debugMonitor, svCall } = EXCEPTION;

const comparator = (n: number, comp: number, mask: number, selected: number): Code => [
  ...poke(COMP(n), comp),
  ...poke(MASK(n), mask),
  ...poke(FUNCTION(n), selected),
];
const monitored = poke(SCB.DEMCR, TRCENA | MON_EN);
/** The monitor notes that it came, and where it goes back to. */
const monitor: Code = [...note(7), ...ldr(7, 5), ...bx(14)];
const run = (main: Code, cycles = 600): Rigged => {
  // r5 points to the stacked return address: SP is the same at every entry here
  const rigged = rig([...mov32(5, RAM + 0x8000 - 0x20 + 24), ...main, ...stay], {
    [debugMonitor]: monitor,
    [svCall]: bx(14),
  });
  rigged.cycles(cycles);
  return rigged;
};
const seen = (rigged: Rigged) => [rigged.trace().length, rigged.word(SCB.DFSR)];

describe('data watchpoints (C1.8)', () => {
  const access = { read: [...mov32(6, WORD), ...ldr(4, 6)], write: [...mov32(6, WORD), ...str(4, 6)] } as const;

  test.each([
    [5, 'read', 1],
    [5, 'write', 0],
    [6, 'read', 0],
    [6, 'write', 1],
    [7, 'read', 1],
    [7, 'write', 1],
    [0, 'write', 0],
  ] as const)('function %i and a %s', (selected, kind, times) => {
    const rigged = run([...monitored, ...comparator(2, WORD, 2, selected), ...access[kind], ...nop]);
    expect(seen(rigged)).toEqual([times, times ? DWTTRAP : 0]);
    expect(rigged.machine.bus.read(FUNCTION(2), 4)).toBe(selected | (times ? MATCHED : 0));
  });

  test('DebugMonitor comes after the instruction, which has been executed', () => {
    const main = [...monitored, ...comparator(0, WORD, 2, 6), ...movs(4, 9), ...access.write, ...nop];
    const rigged = run(main);
    expect(rigged.word(WORD)).toBe(9);
    expect(rigged.cpu.register('r7')).toBe(mainAddress + 2 * (4 + main.length - 1));
  });

  test('MATCHED is cleared by reading FUNCTION', () => {
    const { machine } = run([...monitored, ...comparator(0, WORD, 2, 6), ...access.write]);
    const matched = () => (machine.bus.read(FUNCTION(0), 4) & MATCHED) !== 0;
    expect([matched(), matched()]).toEqual([true, false]);
  });

  test('MASK widens the range; any byte of it counts', () => {
    const store = (at: number): Code => [...mov32(6, at), ...strb(4, 6)];
    const watch = [...monitored, ...comparator(1, RAM + 0x4000, 5, 6)];
    expect(run([...watch, ...store(RAM + 0x401f)]).trace()).toEqual([7]);
    expect(run([...watch, ...store(RAM + 0x4020)]).trace()).toEqual([]);
    expect(run([...watch, ...store(RAM + 0x3fff)]).trace()).toEqual([]);
    const byte = [...monitored, ...comparator(1, RAM + 0x4001, 0, 6)];
    expect(run([...byte, ...store(RAM + 0x4000)]).trace()).toEqual([]);
    expect(run([...byte, ...store(RAM + 0x4001)]).trace()).toEqual([7]);
    expect(run([...byte, ...mov32(6, RAM + 0x4000), ...str(4, 6)]).trace()).toEqual([7]);
  });

  test('every access counts, in loops too', () => {
    const loop: Code = [...mov32(6, WORD), ...movs(3, 20), ...str(3, 6), ...subs(3, 1), 0xd1fc];
    const rigged = run([...poke(SCB.DEMCR, TRCENA | MON_EN), ...comparator(0, WORD, 2, 6), ...loop], 3000);
    // the handler of `note` uses r0–r2
    expect(rigged.trace().length).toBe(20);
  });

  test('without the monitor, and at a priority that shuts it out, only MATCHED is set (C1.4.1)', () => {
    const off = run([...poke(SCB.DEMCR, TRCENA), ...comparator(0, WORD, 2, 6), ...access.write]);
    expect([...seen(off), off.machine.bus.read(FUNCTION(0), 4)]).toEqual([0, 0, MATCHED | 6]);
    const masked: Code = [0xb672]; // CPSID i
    const shut = run([...monitored, ...comparator(0, WORD, 2, 6), ...masked, ...access.write]);
    expect([...seen(shut), shut.machine.bus.read(FUNCTION(0), 4)]).toEqual([0, 0, MATCHED | 6]);
  });

  test('without TRCENA nothing matches', () => {
    const rigged = run([...poke(SCB.DEMCR, MON_EN), ...comparator(0, WORD, 2, 6), ...access.write]);
    expect([...seen(rigged), rigged.machine.bus.read(FUNCTION(0), 4)]).toEqual([0, 0, 6]);
  });

  test('comparator 1 compares values, at the address of another comparator (DATAVMATCH)', () => {
    const value = (size: number, link: number) => 6 | (1 << 8) | (size << 10) | (link << 12) | (link << 16);
    const store = (at: number, v: number): Code => [...mov32(6, at), ...mov32(4, v), ...str(4, 6)];
    const watch = [...monitored, ...comparator(3, WORD, 2, 0), ...comparator(1, 0x1234_5678, 0, value(2, 3))];
    expect(run([...watch, ...store(WORD, 0x1234_5679)]).trace()).toEqual([]);
    expect(run([...watch, ...store(WORD + 4, 0x1234_5678)]).trace()).toEqual([]);
    expect(run([...watch, ...store(WORD, 0x1234_5678)]).trace()).toEqual([7]);
    const anywhere = [...monitored, ...comparator(1, 0x7878_7878, 0, value(0, 1))];
    expect(run([...anywhere, ...mov32(6, WORD + 9), ...movs(4, 0x78), ...strb(4, 6)]).trace()[0]).toBe(7);
    expect(run([...anywhere, ...mov32(6, WORD + 9), ...movs(4, 0x77), ...strb(4, 6)]).trace()).toEqual([]);
  });
});

describe('PC matches', () => {
  test('ask for DebugMonitor once for each execution', () => {
    // MOVS r3, #3; loop: SUBS r3, #1; BNE loop
    const head = [...monitored, ...movs(3, 3)];
    const setUp = comparator(0, 0, 0, 4).length;
    const at = mainAddress + 2 * (4 + head.length + setUp);
    const rigged = run([...head, ...comparator(0, at, 0, 4), ...subs(3, 1), 0xd1fd, ...nop], 2000);
    expect(rigged.trace()).toEqual([7, 7, 7]);
    expect(rigged.cpu.register('r3')).toBe(0);
    expect(rigged.word(SCB.DFSR)).toBe(DWTTRAP);
    expect(rigged.cpu.register('r7')).toBe(at + 2);
  });
});

test('MON_STEP: DebugMonitor comes after each instruction (C1.4.3)', () => {
  const MON_STEP = 1 << 18;
  // the third time the monitor ends it
  const stepper: Code = [
    ...note(7),
    ...ldr(7, 5),
    ...adds(6, 1),
    0x2e03,
    0xd104,
    ...poke(SCB.DEMCR, MON_EN),
    ...bx(14),
  ];
  const main = [
    ...mov32(5, RAM + 0x8000 - 0x20 + 24),
    ...movs(6, 0),
    ...poke(SCB.DEMCR, MON_EN | MON_STEP),
    ...movs(3, 1),
    ...movs(4, 1),
    ...nop,
    ...stay,
  ];
  const code = stepper.map((half) => (half === 0xd104 ? 0xd100 | (poke(SCB.DEMCR, MON_EN).length - 1) : half));
  const rigged = rig(main, { [debugMonitor]: code });
  rigged.cycles(400);
  expect([...seen(rigged), rigged.cpu.register('r6')]).toEqual([3, 1, 3]);
});

describe('counters', () => {
  test('comparator 0 compares CYCCNT (CYCMATCH)', () => {
    const cycmatch = comparator(0, 1000, 0, 4 | (1 << 7));
    const rigged = run([...monitored, ...cycmatch, ...poke(CYCCNT, 0), ...poke(CTRL, 1)], 100);
    const { machine } = rigged;
    machine.runCycles(800);
    expect(rigged.trace()).toEqual([]);
    machine.runCycles(200);
    expect(rigged.trace()).toEqual([7]);
    expect(machine.bus.read(FUNCTION(0), 4) & MATCHED).toBe(MATCHED);
  });

  test('EXCCNT counts what exceptions cost, from 0 when it is enabled (C1.8.10)', () => {
    const main = [...poke(SCB.DEMCR, TRCENA), ...svc(0), ...poke(CTRL, 1 << 18), ...svc(0)];
    const rigged = rig([...main, ...stay], { [svCall]: bx(14) });
    rigged.cycles(200);
    // 12 to enter, 10 to return
    expect(rigged.machine.bus.read(EXCCNT, 4)).toBe(22);
    expect(rigged.machine.guestErrors).toEqual([]);
  });

  test('SLEEPCNT counts the clocks of WFI, modulo 256', () => {
    const main = [...poke(SCB.DEMCR, TRCENA), ...poke(CTRL, 1 << 19), ...poke(NVIC_ISER, 1), ...wfi];
    const rigged = rig([...main, ...stay], { 16: stay });
    rigged.cycles(100);
    const { bus } = rigged.machine;
    const before = bus.read(SLEEPCNT, 4);
    rigged.cycles(500);
    expect((bus.read(SLEEPCNT, 4) - before) & 0xff).toBe(500 & 0xff);
    bus.write(NVIC_ISPR, 4, 1);
    const woken = bus.read(SLEEPCNT, 4);
    rigged.cycles(50);
    expect(bus.read(SLEEPCNT, 4)).toBe(woken);
  });

  test('the others say that they do not count', () => {
    const { machine } = run([...poke(SCB.DEMCR, TRCENA), ...poke(CTRL, (1 << 17) | (1 << 20) | (1 << 21))]);
    expect(machine.guestErrors.map(({ what }) => what)).toEqual([
      'DWT.CTRL.CPIEVTENA was written: CPICNT is not modelled',
      'DWT.CTRL.LSUEVTENA was written: LSUCNT is not modelled',
      'DWT.CTRL.FOLDEVTENA was written: FOLDCNT is not modelled',
    ]);
  });

  test('PCSR samples the PC', () => {
    const rigged = run([...mov32(6, PCSR), ...ldr(4, 6), ...nop]);
    expect(rigged.cpu.register('r4')).toBe(mainAddress + 2 * 8);
  });
});

test('watchpoints come back with a restore, survive a reset by pin, and are gone after a power-on', () => {
  const rigged = run([...monitored, ...comparator(0, WORD, 2, 7), ...mov32(6, WORD), ...ldr(4, 6), ...nop], 0);
  const { machine, cpu } = rigged;
  while (cpu.register('r6') !== WORD) machine.step();
  const watching = machine.snapshot();
  machine.bus.write(FUNCTION(0), 4, 0);
  rigged.cycles(200);
  expect(rigged.trace()).toEqual([]);
  machine.restore(watching);
  rigged.cycles(200);
  expect(rigged.trace()).toEqual([7]);
  const end = machine.hash();
  machine.restore(watching);
  rigged.cycles(200);
  expect(machine.hash()).toBe(end);
  machine.reset('pin');
  expect(machine.bus.peek(FUNCTION(0), 4)).toBe(MATCHED | 7);
  machine.reset('power-on');
  expect(machine.bus.peek(FUNCTION(0), 4)).toBe(0);
});
