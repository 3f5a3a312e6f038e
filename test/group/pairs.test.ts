import { describe, expect, test } from 'vitest';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { finish, machineOf, mailOf, pairOf, RISCV, ROUNDS, SECOND } from './pair.js';

const PAIRS = {
  'two Cortex-M4': { chip: pairOf(SECOND, 'cpu1.5'), images: ['first', 'second'] },
  'Cortex-M4 and RV32': { chip: pairOf(RISCV, 'cpu1.meip'), images: ['first', 'riscv'] },
} as const;
const squares = (count: number): number => (count * (count + 1) * (2 * count + 1)) / 6;

test('SEV of one Cortex-M4 ends WFE of the other', () => {
  const machine = machineOf(pairOf(SECOND, 'cpu1.5'), ['event0', 'event1']);
  machine.runCycles(400_000);
  expect(mailOf(machine)).toMatchObject({ done: 1, armed: 100, replies: 100 });
});

describe.each(Object.entries(PAIRS))('%s', (_, { chip, images }) => {
  const make = (engine?: EngineMode) => machineOf(chip, images, engine && { engine });

  test('exchange by shared memory, a device and its interrupt', () => {
    const mail = finish(make());
    expect(mail).toMatchObject({ done: 1, armed: ROUNDS, replies: ROUNDS, sum: squares(ROUNDS), lock: 0 });
    // what one writes as code is what the other executes
    expect(mail['patched']).toBe((ROUNDS * (ROUNDS + 1)) / 2);
  });

  test('each has timers of its own', () => {
    const machine = make();
    machine.runCycles(100_000);
    const { ticks0, ticks1 } = mailOf(machine);
    // it was started behind cycle 0
    expect(ticks0).toBe(49);
    expect(ticks1).toBeGreaterThan(40);
  });

  test('cycles are counted by each for itself, at the clock of both', () => {
    const machine = make();
    finish(machine);
    const { cycles } = mailOf(machine);
    expect(cycles).toBeGreaterThan(machine.cycles * 0.8);
    expect(cycles).toBeLessThan(machine.cycles + 2048);
  });

  test('all engines end in the same state', () => {
    const ends = (['cold', 'hot', 'auto'] as const).map((engine) => {
      const machine = make(engine);
      for (let i = 0; i < 40; i++) machine.runCycles(997 + i);
      return machine.hash();
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  test('a machine goes on from a snapshot as it would have gone on', () => {
    const [straight, other] = [make(), make()];
    for (let i = 0; i < 30; i++) {
      straight.runCycles(1237);
      other.runCycles(1237);
      const snapshot = other.snapshot();
      other.runCycles(3000 + 17 * i);
      other.restore(snapshot);
      expect(other.hash()).toBe(straight.hash());
    }
  });

  test('a reset in the middle of a turn starts all of them again', () => {
    const ends = (['cold', 'hot', 'auto'] as const).map((engine) => {
      const machine = make(engine);
      machine.run({ cycles: 30_123 });
      machine.reset('power-on');
      expect(mailOf(machine)).toMatchObject({ armed: 0, replies: 0 });
      machine.run({ cycles: 60_000 });
      machine.reset('pin');
      const pcs = machine.cpu.cores!.map(({ cpu }) => machine.bus.regionAt(cpu.pc)?.name);
      expect(pcs).toEqual(['flash', 'flash']);
      machine.reset('power-on');
      expect(finish(machine)).toMatchObject({ done: 1, sum: squares(ROUNDS) });
      return machine.hash();
    });
    expect(new Set(ends).size).toBe(1);
  });

  test('a breakpoint stops the one that comes there, and steps go on from it', () => {
    const machine = make();
    const [first, second] = machine.cpu.cores!.map(({ cpu }) => cpu);
    machine.run({ cycles: 10_000 });
    const pc = second!.pc;
    machine.cpu.breakpoints.add(pc);
    expect(machine.run({ cycles: 100_000 })).toBe('breakpoint');
    expect([machine.cpu.pc, machine.cpu.isa]).toEqual([pc, second!.isa]);
    const other = first!.pc;
    machine.step();
    expect([second!.pc === pc, first!.pc]).toEqual([false, other]);
    machine.cpu.breakpoints.delete(pc);
    expect(finish(machine)).toMatchObject({ done: 1, sum: squares(ROUNDS) });
  });

  test('single steps lead where a run leads', () => {
    const [run, steps] = [make(), make()];
    while (steps.cycles < 20_000) steps.step();
    run.runCycles(steps.cycles);
    expect(steps.hash()).toBe(run.hash());
  });
});
