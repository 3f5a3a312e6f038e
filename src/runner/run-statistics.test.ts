import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../boards/index.js';
import { ENGINES } from './engine-settings.js';
import { Bringup } from './firmware-test.js';
import { NOTHING, noteStatistics, type RunStatistics, type StatisticsMeta, since, sumOf } from './run-statistics.js';
import { createStation } from './station.js';

const elf = (path: string) => join(import.meta.dirname, '../../examples/firmware-tests', path);
const echo = elf('uart-echo/uart-echo.elf');
const counting = { hostTimeout: 60_000, stats: true };

describe('a machine counts', () => {
  test('instructions: as many as steps', () => {
    const { board, bench } = createStation(stm32f4Discovery, echo, counting);
    board.step(300);
    expect(bench.statistics!.instructions).toBe(300);
  });

  test('cycles and machine time, of which a restore takes nothing away and to which it adds nothing', () => {
    const { board, bench } = createStation(stm32f4Discovery, echo, counting);
    const start = board.snapshot();
    board.run('5ms');
    const later = board.snapshot();
    board.restore(start);
    board.run('3ms');
    board.restore(later);
    board.restore(start);
    expect(board.time).toBe(0);
    // 16 MHz from reset on (RM0090 7.2.2: HSI).
    expect(bench.statistics).toMatchObject({ cycles: 8 * 16_000, nanoseconds: 8e6 });
    expect(bench.statistics!.hostMilliseconds).toBeGreaterThan(0);
  });

  test.each([
    ['Cortex-M4', stm32f4Discovery, echo],
    ['RV32', riscvVirt, elf('hello/hello.elf')],
  ])('the same with each engine: %s', (_, board, firmware) => {
    const [first, ...others] = ENGINES.map((engine) => {
      const { bench } = createStation(board, firmware, { ...counting, engine });
      bench.run('2ms');
      const { instructions, cycles, nanoseconds, engines } = bench.statistics!;
      expect(engines).toEqual([engine]);
      return { instructions, cycles, nanoseconds };
    });
    expect(first!.instructions).toBeGreaterThan(100);
    for (const other of others) expect(other).toEqual(first);
  });

  test('nothing unless asked', () => {
    const { board, bench } = createStation(stm32f4Discovery, echo, { hostTimeout: 60_000 });
    board.run('1ms');
    expect(bench.statistics).toBeUndefined();
  });
});

describe('a test', () => {
  const bringup = new Bringup({ board: stm32f4Discovery, firmware: echo, engine: 'cold' });
  const start = { prepare: (board: { run(duration: '2ms'): void }) => board.run('2ms') };
  const cyclesOf = (duration: '1ms' | '4ms', stats: boolean) => {
    const { board, end } = bringup.begin(import.meta.filename, 'a test', start, { commandLine: { stats } });
    board.run(duration);
    return end()?.cycles;
  };

  test('is told what it ran, with the way to its start where that is made', () => {
    expect(cyclesOf('1ms', true)).toBe(3 * 16_000);
    expect(cyclesOf('4ms', true)).toBe(4 * 16_000);
    expect(cyclesOf('1ms', false)).toBeUndefined();
  });
});

describe('sums', () => {
  const one: RunStatistics = {
    ...NOTHING,
    instructions: 5,
    exits: { ...NOTHING.exits, budget: 2 },
    engines: ['hot'],
  };
  const two: RunStatistics = {
    ...NOTHING,
    instructions: 7,
    regions: 3,
    exits: { ...NOTHING.exits, budget: 6, event: 1 },
    engines: ['cold'],
  };

  test('add every count, and name every engine once', () => {
    const sum = sumOf([one, two, one]);
    expect(sum).toEqual({
      ...NOTHING,
      instructions: 17,
      regions: 3,
      exits: { ...NOTHING.exits, budget: 10, event: 1 },
      engines: ['hot', 'cold'],
    });
    expect(sumOf([])).toEqual(NOTHING);
    expect(since(one, two)).toEqual({
      ...NOTHING,
      instructions: 2,
      regions: 3,
      exits: { ...NOTHING.exits, budget: 4, event: 1 },
      engines: ['cold'],
    });
  });

  test('a retried test counts as often as it ran', () => {
    const meta: StatisticsMeta = {};
    noteStatistics(meta, one);
    noteStatistics(meta, one);
    expect(meta.fwtestStatistics!.instructions).toBe(10);
  });
});
