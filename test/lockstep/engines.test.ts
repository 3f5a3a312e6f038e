import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64, stm32f4Discovery } from '../../src/boards/index.js';
import { readElf } from '../../src/emu/debug/elf.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { random } from './random.js';

/** Cold and hot engine end every run in the same state at the same cycle. */

const benchmarks = fileURLToPath(new URL('../bench/firmware', import.meta.url));
const images = readdirSync(benchmarks).filter((file) => file.endsWith('.elf'));

const BOARDS = { m4: stm32f4Discovery, rv32: riscvVirt, rv64: riscvVirt64 };

function machineOf(file: string, engine: EngineMode) {
  const image = readElf(join(benchmarks, file));
  const target = /-(m4|rv32|rv64)\.elf$/.exec(file)?.[1];
  const board = BOARDS[target as keyof typeof BOARDS];
  return board.createMachine({ image: image.segments, engine });
}

const STOPS = process.env['FWTEST_LONG'] ? 3000 : 300;

describe.each(images)('%s', (file) => {
  test.each(['auto', 'hot'] as const)('%s engine and cold engine agree at every stop', (mode) => {
    const [cold, hot] = [machineOf(file, 'cold'), machineOf(file, mode)];
    const next = random(file.length * 1000 + file.charCodeAt(1));
    for (let stop = 0; stop < STOPS; stop++) {
      const cycles = 1 + (next() % (stop % 10 === 0 ? 300_000 : 2_000));
      cold.runCycles(cycles);
      hot.runCycles(cycles);
      if (hot.cpu.pc !== cold.cpu.pc || hot.cycles !== cold.cycles || (stop % 16 === 0 && hot.hash() !== cold.hash())) {
        const names = cold.cpu.registerNames;
        const of = (machine: typeof cold) =>
          Object.fromEntries(names.map((name) => [name, machine.cpu.register(name).toString(16)]));
        expect({ stop, cycles: hot.cycles, ...of(hot) }).toEqual({ stop, cycles: cold.cycles, ...of(cold) });
        expect.unreachable(`memory or devices differ at stop ${stop}`);
      }
    }
    expect(hot.hash()).toBe(cold.hash());
  });
});
