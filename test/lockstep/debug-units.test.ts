import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Random } from '../differential/thumb-program.js';
import { type Ground, randomActions } from './actions.js';
import { diverge, shrink } from './lockstep.js';
import type { Action } from './pair.js';
import * as MAP from './thumb-map.js';
import { thumbProgram } from './thumb-tasks.js';

// Random programs under watchpoints of the DWT and breakpoints and patches of the FPB: both engines end every run in the same state.

const TASKS = 6;
const STOPS = Number(process.env['FWTEST_LOCKSTEP_STOPS'] ?? (process.env['FWTEST_LONG'] ? 10_000 : 1000));
const STOPS_EACH = 125;
const FIRST = Number(process.env['FWTEST_LOCKSTEP_SEED'] ?? 1);
const MODES = ['hot', 'auto'] as const;
const SEEDS = Array.from({ length: Math.ceil(STOPS / STOPS_EACH / MODES.length) }, (_, i) => FIRST + i);

const [TRCENA, MON_EN] = [1 << 24, 1 << 16] as const;
const DWT_COMP = 0xe000_1020;
const FP_CTRL = 0xe000_2000;

const board = stm32f4Discovery.with({
  calc: at(MAP.CALCULATOR, mmioCalculator({ busyCycles: 16 }), { irq: MAP.CALCULATOR_IRQ }),
});
const words = (from: number, step: number): number[] => Array.from({ length: 64 }, (_, i) => from + step * i);
const ground: Ground = { data: words(MAP.SCRATCH + 0xf80, 4), code: words(MAP.SRAM_CODE + 0x2000, 16), pins: ['PA0'] };
const write = (address: number, value: number): Action => ({ kind: 'write', address, value: value >>> 0 });

function randomUnit(random: Random): Action[] {
  const code = MAP.FLASH_CODE + 0x1c00 + 4 * random.below(0x200);
  if (random.chance(0.5)) {
    const comparator = DWT_COMP + 16 * random.below(4);
    const selected = random.pick([0, 4, 5, 6, 7]);
    const where = selected === 4 ? code : MAP.SCRATCH + 4 * random.below(0x400);
    return [write(comparator, where), write(comparator + 4, random.below(7)), write(comparator + 8, selected)];
  }
  const index = random.below(8);
  const replace = index < 6 ? random.below(4) : 0;
  return [
    write(FP_CTRL, random.chance(0.8) ? 3 : 2),
    // what comes from the table is two MOVS r0, #n, or a literal like any other
    { kind: 'poke', address: MAP.SRAM + 4 * index, value: 0x2001_2002 },
    write(FP_CTRL + 8 + 4 * index, (replace << 30) | code | (random.chance(0.6) ? 1 : 0)),
  ];
}

function actionsOf(random: Random): Action[] {
  const all: Action[] = [];
  for (const action of randomActions(random, STOPS_EACH, ground)) {
    if (random.chance(0.1))
      all.push(write(MAP.DEMCR, random.pick([0, MON_EN, TRCENA, TRCENA | MON_EN, TRCENA | MON_EN])));
    if (random.chance(0.2)) all.push(...randomUnit(random));
    all.push(action);
  }
  return all;
}

describe.each(MODES)('%s engine and cold engine agree while debug units change', (mode) => {
  test.each(SEEDS)('seed %i', (seed) => {
    const tasks = Array.from({ length: TASKS }, (_, i) => seed * 1000 + i);
    const make = (some: readonly number[]) => {
      const image = thumbProgram({ seed, tasks: some });
      return (engine: EngineMode) => board.createMachine({ image, engine });
    };
    const actions = actionsOf(new Random(seed + 277));
    if (diverge({ create: make(tasks), mode, actions }) === undefined) return;
    const least = shrink({ mode, actions }, tasks, make);
    const title = `seed ${seed}, tasks ${least.tasks.join(' ')}, ${least.actions.length} actions`;
    expect.unreachable([title, least.text, JSON.stringify(least.actions)].join('\n'));
  });
});
