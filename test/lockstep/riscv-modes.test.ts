import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import type { EngineMode } from '../../src/emu/isa/engine-mode.js';
import { FRAME } from '../differential/riscv-frame.js';
import { PAGING_MAP } from '../differential/riscv-paging-map.js';
import { pagingProgram } from '../differential/riscv-paging-program.js';
import { PMP_MAP, pmpProgram } from '../differential/riscv-pmp-program.js';
import { randomProgram } from '../differential/riscv-program.js';
import { Random as RiscvRandom } from '../differential/riscv-random.js';
import { Random } from '../differential/thumb-program.js';
import { type Ground, randomActions } from './actions.js';
import { diverge } from './lockstep.js';

// The programs made for QEMU, with all modes of the hart, page tables and protection: here both engines run them in pieces, with
// snapshots, breakpoints and watchpoints. FWTEST_LOCKSTEP_STOPS=n makes n stops in all.

const STOPS = Number(process.env['FWTEST_LOCKSTEP_STOPS'] ?? (process.env['FWTEST_LONG'] ? 20_000 : 840));
/** Where everything is compiled, compiling is most of the work: programs are shorter there. */
const MODES = [
  ['hot', { stops: 20, share: 0.05 }],
  ['auto', { stops: 120, share: 1 }],
] as const;

const words = (from: number): number[] => Array.from({ length: 64 }, (_, i) => from + 4 * i);

interface Kind {
  readonly name: string;
  readonly image: (xlen: Xlen, seed: number, share: number) => Uint8Array;
  readonly ground: Ground;
}

const KINDS: readonly Kind[] = [
  {
    name: 'integer instructions',
    image: (xlen, seed, share) => randomProgram(xlen, new RiscvRandom(seed), 2000 * share).image,
    ground: { data: words(FRAME.scratch + 0x800), code: words(FRAME.code), pins: [] },
  },
  {
    name: 'page tables',
    image: (xlen, seed, share) => pagingProgram(xlen, seed, { blocks: 2 + 6 * share, steps: 60 * share }).image,
    ground: { data: words(PAGING_MAP.data), code: words(PAGING_MAP.code), pins: [] },
  },
  {
    name: 'protection',
    image: (xlen, seed, share) => pmpProgram(xlen, seed, 60 * share).image,
    ground: { data: words(PMP_MAP.data), code: words(PMP_MAP.stubs), pins: [] },
  },
];

const PROGRAMS = Math.ceil(STOPS / 140 / KINDS.length / 2);
const SEEDS = Array.from({ length: PROGRAMS }, (_, i) => 1 + i);

describe.each([32, 64] as const)('RV%i', (xlen) => {
  describe.each(KINDS)('$name', ({ image, ground }) => {
    describe.each(MODES)('%s engine and cold engine agree at every stop', (mode, { stops, share }) => {
      test.each(SEEDS)('seed %i', (seed) => {
        const board = xlen === 64 ? riscvVirt64 : riscvVirt;
        const segment = { physicalAddress: FRAME.ram, data: image(xlen, seed, share) };
        const create = (engine: EngineMode) => board.createMachine({ image: [segment], engine });
        const actions = randomActions(new Random(seed + 77), stops, ground);
        expect(diverge({ create, mode, actions })?.text).toBeUndefined();
      });
    });
  });
});
