import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64, stm32f4Discovery } from '../../src/boards/index.js';
import { at } from '../../src/boards/rows.js';
import { mmioCalculator } from '../../src/devices.js';
import { clintRow } from '../../src/emu/cpu/riscv/clint.js';
import { MTIME_CLOCK, riscv } from '../../src/emu/cpu/riscv/core.js';
import { plic, VIRT_PLIC } from '../../src/emu/cpu/riscv/plic.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { Machine, type MachineOptions } from '../../src/emu/machine.js';
import type { LoadSegment } from '../../src/emu/machine-description.js';
import { Random } from '../differential/thumb-program.js';
import { type Ground, randomActions } from './actions.js';
import { diverge, shrink } from './lockstep.js';
import * as RISCV from './riscv-map.js';
import { riscvProgram } from './riscv-tasks.js';
import * as THUMB from './thumb-map.js';
import { type Plan, thumbProgram } from './thumb-tasks.js';

// Random programs end every run in the same state on both engines. FWTEST_LOCKSTEP_STOPS=n (npm run test:long: 100,000) makes n
// stops in all, FWTEST_LOCKSTEP_SEED=n begins with another program.

const TASKS = 6;
const STOPS_EACH = 250;
const STOPS = Number(process.env['FWTEST_LOCKSTEP_STOPS'] ?? (process.env['FWTEST_LONG'] ? 100_000 : 7000));
const FIRST = Number(process.env['FWTEST_LOCKSTEP_SEED'] ?? 1);
const MODES = ['hot', 'auto'] as const;

interface Target {
  readonly name: string;
  readonly program: (plan: Plan) => LoadSegment[];
  readonly create: (options: MachineOptions) => Machine;
  readonly ground: Ground;
}

const words = (from: number, step: number): number[] => Array.from({ length: 64 }, (_, i) => from + step * i);

const discovery = stm32f4Discovery.with({
  calc: at(THUMB.CALCULATOR, mmioCalculator({ busyCycles: 16 }), { irq: THUMB.CALCULATOR_IRQ }),
});

/** A board whose flash is as slow as FLASH_ACR says. */
function slow(acr: number, options: MachineOptions): Machine {
  const machine = discovery.createMachine(options);
  machine.bus.write(0x4002_3c00, 4, acr);
  return machine;
}

const THUMB_TARGET: Target = {
  name: 'Thumb-2',
  program: thumbProgram,
  create: (options) => discovery.createMachine(options),
  ground: {
    data: [...words(THUMB.SCRATCH + 0xf80, 4), THUMB.TICKS, THUMB.STACK_TOP - 8],
    code: words(THUMB.SRAM_CODE + 0x2000, 16),
    pins: ['PA0', 'PD12', 'PE3'],
  },
};

/** A `virt` whose harts raise an exception for misaligned accesses (Priv 3.6.3.3 leaves that to the platform). */
function strict(xlen: Xlen, options: MachineOptions): Machine {
  const cpu = riscv({
    ...{ name: 'strict', xlen, isa: 'imac', modes: 'm', pmpEntries: 0, misaligned: 'trap', timebase: 10_000_000 },
    ...{ harts: [{ hartId: 0, resetVector: RISCV.RAM }], interruptController: 'plic' },
    beside: ({ mtime, harts }) => ({
      clint: clintRow(0x200_0000, mtime, harts, MTIME_CLOCK),
      plic: { address: 0xc00_0000, device: plic(VIRT_PLIC), wires: { 'hart0.meip': 'cpu.hart0.meip' } },
    }),
  });
  const { chip } = xlen === 64 ? riscvVirt64 : riscvVirt;
  return new Machine({ ...chip, cpu }, options);
}

const RISCV_GROUND: Ground = {
  data: [...words(RISCV.SCRATCH + 0xf80, 4), RISCV.AREA + RISCV.OFFSET.ticks, RISCV.STACK_TOP - 8],
  code: words(RISCV.CODE + 0x2000, 16),
  pins: [],
};

const TARGETS: readonly Target[] = [
  THUMB_TARGET,
  { ...THUMB_TARGET, name: 'Thumb-2 in slow flash', create: (options) => slow(0x105, options) },
  { ...THUMB_TARGET, name: 'Thumb-2 in slow flash with caches', create: (options) => slow(0x707, options) },
  {
    name: 'RV32IMAC',
    program: (plan) => riscvProgram(32, plan),
    create: (options) => riscvVirt.createMachine(options),
    ground: RISCV_GROUND,
  },
  {
    name: 'RV64IMAC',
    program: (plan) => riscvProgram(64, plan),
    create: (options) => riscvVirt64.createMachine(options),
    ground: RISCV_GROUND,
  },
  {
    name: 'RV32IMAC, misaligned accesses trap',
    program: (plan) => riscvProgram(32, plan),
    create: (options) => strict(32, options),
    ground: RISCV_GROUND,
  },
  {
    name: 'RV64IMAC, misaligned accesses trap',
    program: (plan) => riscvProgram(64, plan),
    create: (options) => strict(64, options),
    ground: RISCV_GROUND,
  },
];

const PROGRAMS = Math.ceil(STOPS / STOPS_EACH / TARGETS.length / MODES.length);
const SEEDS = Array.from({ length: PROGRAMS }, (_, i) => FIRST + i);

describe.each(TARGETS)('$name', ({ program, create, ground }) => {
  describe.each(MODES)('%s engine and cold engine agree at every stop', (mode) => {
    test.each(SEEDS)('seed %i', (seed) => {
      const tasks = Array.from({ length: TASKS }, (_, i) => seed * 1000 + i);
      const make = (some: readonly number[]) => {
        const image = program({ seed, tasks: some });
        return (engine: EngineMode) => create({ image, engine });
      };
      const actions = randomActions(new Random(seed + 77), STOPS_EACH, ground);
      if (diverge({ create: make(tasks), mode, actions }) === undefined) return;
      const least = shrink({ mode, actions }, tasks, make);
      expect.unreachable(
        [
          `seed ${seed}, tasks ${least.tasks.join(' ')}, ${least.actions.length} actions`,
          least.text,
          JSON.stringify(least.actions),
        ].join('\n'),
      );
    });
  });
});
