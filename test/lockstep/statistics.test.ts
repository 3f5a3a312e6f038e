import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import { readElf } from '../../src/emu/debug/elf.js';

/** What the engines count is what was executed: single steps are the oracle. */

const CYCLES = 60_000;
const images = {
  'list-m4.elf': stm32f4Discovery,
  'state-machine-m4.elf': stm32f4Discovery,
  'sort-rv32.elf': riscvVirt,
};

function machineOf(file: keyof typeof images, engine: 'cold' | 'hot' | 'auto') {
  const image = readElf(fileURLToPath(new URL(`../bench/firmware/${file}`, import.meta.url)));
  let time = 0;
  const statistics = { clock: () => time++ };
  return images[file].createMachine({ image: image.segments, engine, statistics });
}

describe.each(Object.keys(images) as (keyof typeof images)[])('%s', (file) => {
  const steps = machineOf(file, 'cold');
  let count = 0;
  for (; steps.cycles < CYCLES; count++) steps.step();

  test.each(['cold', 'hot', 'auto'] as const)('%s engine counts every instruction once', (engine) => {
    const machine = machineOf(file, engine);
    while (machine.cycles < steps.cycles) machine.runCycles(Math.min(977, steps.cycles - machine.cycles));
    expect(machine.hash()).toBe(steps.hash());
    const { instructions, hotInstructions } = machine.statistics!;
    expect(instructions).toBe(count);
    if (engine === 'cold') expect(hotInstructions).toBe(0);
    if (engine === 'hot') expect(hotInstructions).toBeGreaterThan(count / 2);
  });

  test('regions, their size, compile time and exits are counted', () => {
    const machine = machineOf(file, 'hot');
    machine.runCycles(steps.cycles);
    const { regions, compiledInstructions, compiledBytes, compileMilliseconds, exits } = machine.statistics!;
    expect(regions).toBeGreaterThan(3);
    expect(compiledInstructions).toBeGreaterThanOrEqual(regions);
    expect(compiledBytes).toBeGreaterThan(compiledInstructions);
    expect(compileMilliseconds).toBeGreaterThan(0);
    expect(Object.values(exits).reduce((sum, n) => sum + n)).toBeGreaterThan(0);
  });

  test('a machine that was not asked counts nothing', () => {
    const image = readElf(fileURLToPath(new URL(`../bench/firmware/${file}`, import.meta.url)));
    expect(images[file].createMachine({ image: image.segments }).statistics).toBeUndefined();
  });

  test('the auto engine compiles what runs long', () => {
    const [cold, auto] = [machineOf(file, 'cold'), machineOf(file, 'auto')];
    for (const machine of [cold, auto]) machine.runCycles(40_000_000);
    const { instructions, hotInstructions } = auto.statistics!;
    expect(hotInstructions).toBeGreaterThan(instructions / 2);
    expect(instructions).toBe(cold.statistics!.instructions);
    expect(auto.hash()).toBe(cold.hash());
  });
});
