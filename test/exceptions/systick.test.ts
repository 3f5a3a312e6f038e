import { describe, expect, test } from 'vitest';
import { EXCEPTION } from '../../src/emu/cpu/armv7m/exception-numbers.js';
import { note, rig, SCB } from './rig.js';
import { bx, type Code, poke, stay, wfi } from './thumb.js';

const { sysTick } = EXCEPTION;
const CTRL = 0xe000_e010;
const LOAD = 0xe000_e014;
const VAL = 0xe000_e018;
const CALIB = 0xe000_e01c;
const ENABLE = 1;
const TICKINT = 2;
const CORE = 4;
const COUNTFLAG = 1 << 16;

/** A machine whose core does nothing, and SysTick as a host reaches it. */
function timer(options: Parameters<typeof rig>[2] = {}) {
  const rigged = rig(stay, { [sysTick]: bx(14) }, options);
  const { bus } = rigged.machine;
  return {
    ...rigged,
    read: (at: number) => bus.read(at, 4),
    write: (at: number, value: number) => bus.write(at, 4, value),
  };
}
/** The count on each of the next cycles. */
function counts(run: ReturnType<typeof timer>, length: number): number[] {
  return Array.from({ length }, () => {
    const value = run.read(VAL);
    run.machine.timebase.advanceTo(run.machine.timebase.tick + 1);
    run.machine.scheduler.fireDue();
    return value;
  });
}

describe('SysTick (B3.3.1)', () => {
  test('counts RELOAD … 1, 0 and begins again: a period of RELOAD + 1 clocks', () => {
    const run = timer();
    run.write(LOAD, 3);
    run.write(VAL, 99);
    run.write(CTRL, ENABLE | CORE);
    expect(counts(run, 10)).toEqual([0, 3, 2, 1, 0, 3, 2, 1, 0, 3]);
  });

  test('COUNTFLAG is set when the count reaches 0, and cleared by reading CTRL and by writing VAL', () => {
    const run = timer();
    run.write(LOAD, 3);
    run.write(VAL, 0);
    run.write(CTRL, ENABLE | CORE);
    counts(run, 4);
    expect(run.read(CTRL) & COUNTFLAG).toBe(COUNTFLAG);
    expect(run.read(CTRL) & COUNTFLAG).toBe(0);
    counts(run, 4);
    run.write(VAL, 1);
    expect(run.read(CTRL) & COUNTFLAG).toBe(0);
    expect(run.read(VAL)).toBe(0);
  });

  test('the start from 0 and a write of VAL make nothing pending', () => {
    const run = timer();
    run.write(LOAD, 5);
    run.write(CTRL, ENABLE | TICKINT | CORE);
    run.write(VAL, 0);
    expect(run.read(SCB.ICSR) & (1 << 26)).toBe(0);
    counts(run, 5);
    expect(run.read(SCB.ICSR) & (1 << 26)).toBe(0);
    counts(run, 1);
    expect(run.read(SCB.ICSR) & (1 << 26)).toBe(1 << 26);
  });

  test('a new RELOAD counts from the next time the count wraps', () => {
    const run = timer();
    run.write(LOAD, 3);
    run.write(CTRL, ENABLE | CORE);
    counts(run, 2);
    run.write(LOAD, 1);
    expect(counts(run, 7)).toEqual([2, 1, 0, 1, 0, 1, 0]);
  });

  test('RELOAD 0 stops the timer when it wraps', () => {
    const run = timer();
    run.write(LOAD, 2);
    run.write(CTRL, ENABLE | TICKINT | CORE);
    counts(run, 1);
    run.write(LOAD, 0);
    expect(counts(run, 5)).toEqual([2, 1, 0, 0, 0]);
    expect(run.machine.scheduler.next).toBe(Number.POSITIVE_INFINITY);
  });

  test('switched off it holds its count, and goes on from there', () => {
    const run = timer();
    run.write(LOAD, 9);
    run.write(CTRL, ENABLE | CORE);
    counts(run, 4);
    run.write(CTRL, CORE);
    expect(counts(run, 3)).toEqual([7, 7, 7].map(() => run.read(VAL)));
    const held = run.read(VAL);
    expect(held).toBe(6);
    run.write(CTRL, ENABLE | CORE);
    expect(counts(run, 3)).toEqual([6, 5, 4]);
  });

  test('CLKSOURCE 0 counts the reference clock, HCLK / 8', () => {
    const run = timer({ cpu: { sysTickDivider: 8, sysTickCalibration: 0x4000_493e } });
    run.write(LOAD, 100);
    run.write(CTRL, ENABLE);
    counts(run, 8);
    expect(run.read(VAL)).toBe(100);
    counts(run, 16);
    expect(run.read(VAL)).toBe(98);
    expect(run.read(CALIB)).toBe(0x4000_493e);
  });

  test('without a reference clock CLKSOURCE reads as one (B3.3.3)', () => {
    const run = timer();
    run.write(CTRL, 0);
    expect(run.read(CTRL)).toBe(CORE);
  });

  test('follows the CPU clock when that changes', () => {
    const run = timer({ hertz: 16_000_000 });
    run.write(LOAD, 999);
    run.write(CTRL, ENABLE | TICKINT | CORE);
    run.machine.timebase.cpuClock.set(160_000_000);
    const start = run.machine.timebase.nanoseconds();
    run.machine.timebase.advanceTo(run.machine.scheduler.next);
    expect(run.machine.timebase.nanoseconds() - start).toBe(6250);
  });
});

test('a thousand ticks wake a sleeping core a thousand times, without drift', () => {
  const loop: Code = [...poke(LOAD, 15_999), ...poke(VAL, 0), ...poke(CTRL, 7), ...wfi, 0xe7fd];
  const { machine, cpu } = rig(loop, { [sysTick]: [0x3401, ...bx(14)] });
  machine.runCycles(16_000 * 1000 + 100);
  expect(cpu.register('r4')).toBe(1000);
  expect(cpu.sleeping).toBe(true);
});

test('SysTick without TICKINT wakes nothing', () => {
  const { machine, cpu, trace } = rig([...poke(LOAD, 99), ...poke(CTRL, 5), ...wfi, ...note(1), ...stay]);
  machine.runCycles(10_000);
  expect(trace()).toEqual([]);
  expect(cpu.sleeping).toBe(true);
});
