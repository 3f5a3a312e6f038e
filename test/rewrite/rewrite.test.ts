import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { riscvVirt, stm32f4Discovery } from '../../src/boards/index.js';
import { readElf } from '../../src/emu/debug/elf.js';
import { SymbolTable } from '../../src/emu/debug/symbols.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../src/emu/machine.js';
import { random } from '../lockstep/random.js';

/** Programs that rewrite their own code, in RAM and in flash: whichever engine runs them, old code never shows. */

const folder = fileURLToPath(new URL('./firmware', import.meta.url));
const ENGINES = ['cold', 'hot', 'auto'] as const satisfies readonly EngineMode[];

function load(file: string) {
  const path = join(folder, file);
  const image = readElf(path);
  const symbols = new SymbolTable(image);
  const board = file.includes('rv32') ? riscvVirt : stm32f4Discovery;
  return {
    machine: (engine: EngineMode) => board.createMachine({ image: image.segments, engine }),
    counter: (machine: Machine, name: string) => machine.bus.peek(symbols.find(name)!.address, 4)!,
  };
}

const STOPS = Number(process.env['FWTEST_LOCKSTEP_STOPS'] ?? 120);

/** Stops of a run: most of them close together, some far apart. */
function* stops(seed: number, far: number): Generator<number> {
  const next = random(seed);
  for (let stop = 0; stop < STOPS; stop++) yield 1 + (next() % (stop % 8 === 0 ? far : 700));
}

describe.each([
  ['ram-m4.elf', 20_000, 30, 2_000],
  ['ram-rv32.elf', 20_000, 30, 2_000],
  ['flash-m4.elf', 5_000_000, 9, 5_000_000],
] as const)('%s', (file, far, rounds, farWhenHot) => {
  const { machine, counter } = load(file);
  // The hot engine compiles anew after every single change.
  const reach = (engine: EngineMode) => (engine === 'hot' ? farWhenHot : far);

  it.each(ENGINES)('computes what C does, on the %s engine', (engine) => {
    const one = machine(engine);
    while (counter(one, 'rewrite_rounds') < rounds) one.runCycles(far);
    expect(counter(one, 'rewrite_failures')).toBe(0);
    expect(one.guestErrors).toEqual([]);
  });

  it.each(['hot', 'auto'] as const)('is at every stop the same on the %s engine as on the cold one', (engine) => {
    const [cold, other] = [machine('cold'), machine(engine)];
    let stop = 0;
    for (const cycles of stops(file.length, reach(engine))) {
      cold.runCycles(cycles);
      other.runCycles(cycles);
      expect([stop, other.cycles, other.cpu.pc, other.hash()]).toEqual([stop, cold.cycles, cold.cpu.pc, cold.hash()]);
      stop++;
    }
  });

  it.each(ENGINES)('goes on the same way after a restore, on the %s engine', (engine) => {
    const one = machine(engine);
    const next = random(7);
    for (let i = 0; i < 12; i++) {
      one.runCycles(1 + (next() % reach(engine)));
      const snapshot = one.snapshot();
      const [start, cycles] = [one.hash(), 1 + (next() % reach(engine))];
      one.runCycles(cycles);
      const end = one.hash();
      one.runCycles(reach(engine));
      one.restore(snapshot);
      expect(one.hash()).toBe(start);
      one.runCycles(cycles);
      expect(one.hash()).toBe(end);
    }
  });
});
