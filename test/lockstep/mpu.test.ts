import { describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import type { Machine } from '../../src/emu/machine.js';
import { Random } from '../differential/thumb-program.js';
import { type Ground, randomActions } from './actions.js';
import { diverge, shrink } from './lockstep.js';
import type { Action } from './pair.js';
import * as MAP from './thumb-map.js';
import { thumbProgram } from './thumb-tasks.js';

// Random programs, privileged and not, while the MPU's regions change under them: both engines end every run in the same state.

const TASKS = 6;
const STOPS = Number(process.env['FWTEST_LOCKSTEP_STOPS'] ?? (process.env['FWTEST_LONG'] ? 20_000 : 1500));
const STOPS_EACH = 125;
const FIRST = Number(process.env['FWTEST_LOCKSTEP_SEED'] ?? 1);
const MODES = ['hot', 'auto'] as const;
const SEEDS = Array.from({ length: Math.ceil(STOPS / STOPS_EACH / MODES.length) }, (_, i) => FIRST + i);

const [CTRL, RBAR, RASR] = [0xe000_ed94, 0xe000_ed9c, 0xe000_eda0] as const;
const FLASH_ACR = 0x4002_3c00;
const [FULL, NORMAL] = [3 << 24, 3 << 16] as const;
/** Where regions are put: data, code and stacks, in the middle of pages too. */
const PLACES = [
  MAP.SCRATCH,
  MAP.SCRATCH + 0xfa0,
  MAP.POINTERS,
  MAP.WORDS,
  MAP.STACK_TOP - 0x400,
  MAP.SRAM_CODE + 0x1c00,
];
const CODE = [MAP.FLASH_CODE + 0x2000, MAP.FLASH_CODE + 0x1c00, MAP.SRAM_CODE + 0x2000, MAP.SRAM_CODE + 0x2420];

const board = stm32f4Discovery.with({
  calc: at(MAP.CALCULATOR, mmioCalculator({ busyCycles: 16 }), { irq: MAP.CALCULATOR_IRQ }),
});
const words = (from: number, step: number): number[] => Array.from({ length: 64 }, (_, i) => from + step * i);
const ground: Ground = {
  data: [...words(MAP.SCRATCH + 0xf80, 4), MAP.TICKS, MAP.STACK_TOP - 8],
  code: words(MAP.SRAM_CODE + 0x2000, 16),
  pins: ['PA0'],
};

function region(number: number, base: number, rasr: number): Action[] {
  return [
    { kind: 'write', address: RBAR, value: (base | 16 | number) >>> 0 },
    { kind: 'write', address: RASR, value: rasr >>> 0 },
  ];
}
const size = (log2: number) => (log2 - 1) << 1;

/** Everybody's flash, RAM and devices, below what changes. */
const START: readonly Action[] = [
  ...region(0, 0, FULL | NORMAL | size(29) | 1),
  ...region(1, MAP.SRAM, FULL | NORMAL | size(29) | 1),
  ...region(2, 0x4000_0000, FULL | (1 << 16) | size(30) | 1),
];

function randomRegion(random: Random): Action[] {
  const code = random.chance(0.3);
  const log2 = 5 + random.below(code ? 5 : 9);
  const place = random.pick(code ? CODE : PLACES) + 32 * random.below(16);
  const base = place - (place % 2 ** log2);
  const ap = random.pick([0, 1, 1, 2, 2, 3, 5, 6]);
  const device = random.chance(0.15) ? 1 << 16 : NORMAL;
  const srd = log2 >= 8 && random.chance(0.4) ? random.below(256) << 8 : 0;
  const on = random.chance(0.7) ? 1 : 0;
  return region(
    3 + random.below(5),
    base,
    (ap << 24) | (random.chance(0.3) ? 1 << 28 : 0) | device | srd | size(log2) | on,
  );
}

/** Random actions, with changes of the MPU between them. */
function actionsOf(random: Random): Action[] {
  const all: Action[] = [...START, { kind: 'write', address: CTRL, value: 1 }];
  // five wait states, with caches or without, or none
  all.push({ kind: 'write', address: FLASH_ACR, value: random.pick([0, 0x105, 0x705]) });
  for (const action of randomActions(random, STOPS_EACH, ground)) {
    if (random.chance(0.2)) all.push(...randomRegion(random));
    if (random.chance(0.08)) all.push({ kind: 'write', address: CTRL, value: random.pick([0, 1, 5, 7, 5]) });
    all.push(action);
    if (action.kind === 'reset') all.push(...START, { kind: 'write', address: CTRL, value: 5 });
  }
  return all;
}

/** How often the MPU refused something, by bits of MMFSR. */
const refused = new Map<number, number>();
function watched(machine: Machine): Machine {
  machine.on('fault', ({ cfsr }) => {
    const bits = Number(cfsr) & 0x1b;
    if (bits !== 0) refused.set(bits, (refused.get(bits) ?? 0) + 1);
  });
  return machine;
}
describe.each(MODES)('%s engine and cold engine agree while the MPU changes', (mode) => {
  test.each(SEEDS)('seed %i', (seed) => {
    const tasks = Array.from({ length: TASKS }, (_, i) => seed * 1000 + i);
    const make = (some: readonly number[]) => {
      const image = thumbProgram({ seed, tasks: some });
      return (engine: EngineMode) => watched(board.createMachine({ image, engine }));
    };
    const actions = actionsOf(new Random(seed + 177));
    if (diverge({ create: make(tasks), mode, actions }) === undefined) return;
    const least = shrink({ mode, actions }, tasks, make);
    const title = `seed ${seed}, tasks ${least.tasks.join(' ')}, ${least.actions.length} actions`;
    expect.unreachable([title, least.text, JSON.stringify(least.actions)].join('\n'));
  });
});

test('loads or stores, and fetches, were refused in these programs', () => {
  const some = (bit: number) => [...refused].some(([bits, count]) => (bits & bit) !== 0 && count > 0);
  expect([some(1), some(2)]).toEqual([true, true]);
});
