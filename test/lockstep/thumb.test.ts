import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Random } from '../differential/thumb-program.js';
import { randomActions } from './actions.js';
import { diverge, shrink } from './lockstep.js';
import * as MAP from './thumb-map.js';
import { thumbProgram } from './thumb-tasks.js';

// Random Thumb programs end every run in the same state on both engines.

const board = stm32f4Discovery.with({
  calc: at(MAP.CALCULATOR, mmioCalculator({ busyCycles: 16 }), { irq: MAP.CALCULATOR_IRQ }),
});

const TASKS = 6;
const STOPS = 250;
const FACTOR = Number(process.env['FWTEST_LOCKSTEP_FACTOR'] ?? 1);
const FIRST = Number(process.env['FWTEST_LOCKSTEP_SEED'] ?? 1);
const SEEDS = Array.from({ length: 12 * FACTOR }, (_, i) => FIRST + i);

const ground = {
  data: Array.from({ length: 64 }, (_, i) => MAP.SCRATCH + 0xf80 + 4 * i).concat([MAP.TICKS, MAP.STACK_TOP - 8]),
  code: Array.from({ length: 64 }, (_, i) => MAP.SRAM_CODE + 0x2000 + 16 * i),
  pins: ['PA0', 'PD12', 'PE3'],
};

describe.each(['hot', 'auto'] as const)('%s engine and cold engine agree', (mode) => {
  test.each(SEEDS)('seed %i', (seed) => {
    const tasks = Array.from({ length: TASKS }, (_, i) => seed * 1000 + i);
    const make = (some: readonly number[]) => {
      const image = thumbProgram({ seed, tasks: some });
      return (engine: EngineMode) => board.createMachine({ image, engine });
    };
    const actions = randomActions(new Random(seed + 77), STOPS, ground);
    if (!diverge({ create: make(tasks), mode, actions })) return;
    const least = shrink({ mode, actions }, tasks, make);
    expect.unreachable(
      `seed ${seed}, tasks ${least.tasks.join(' ')}, ${least.actions.length} actions\n${least.text}\n${JSON.stringify(least.actions)}`,
    );
  });
});
