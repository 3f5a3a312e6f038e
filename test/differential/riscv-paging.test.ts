import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { defaultEngine, type EngineMode } from '../../src/emu/isa/engine-mode.js';
import { comparePaging } from './riscv-paging-compare.js';
import { CELL } from './riscv-paging-frame.js';
import { PAGING_MAP } from './riscv-paging-map.js';
import { type PagingProgram, pagingProgram } from './riscv-paging-program.js';
import { missingQemu, runInQemu } from './riscv-qemu.js';

const MEBIBYTE = 1 << 20;
/** Where everything is compiled, compiling is most of the work. */
const isHot = defaultEngine() === 'hot';
const SHARE = isHot ? 1 / 50 : 1;
const ENGINES: readonly EngineMode[] = isHot ? ['hot'] : ['cold', 'auto'];
/** Instructions in supervisor and user mode, of each width. */
const LEAST = isHot ? 10_000 : 1_000_000;
const SEEDS = Array.from({ length: process.env['FWTEST_LONG'] ? 12 : 1 }, (_, i) => i + 1);
const SIZES = { blocks: Math.ceil(400 * SHARE), steps: Math.ceil(900 * SHARE) };

function runHere({ xlen, image }: PagingProgram, engine: EngineMode): { ram: Uint8Array; executed: number } {
  const board = xlen === 64 ? riscvVirt64 : riscvVirt;
  const machine = board.createMachine({ engine, image: [{ physicalAddress: PAGING_MAP.ram, data: image }] });
  const { finisher } = board.handlesOf(machine);
  machine.runCycles(200_000_000);
  expect(finisher.exitCode, `the program ends, pc is 0x${machine.cpu.pc.toString(16)}`).toBe(0);
  const executed = machine.bus.peek(PAGING_MAP.cells + (xlen / 8) * CELL.executed, 4)!;
  return { ram: machine.bus.bytes(PAGING_MAP.ram, 128 * MEBIBYTE), executed };
}

const cpuOf = (xlen: Xlen) => `rv${xlen},h=off`;

describe.each([
  [32, 'Sv32'],
  [64, 'Sv39'],
] as const)('RV%i', (xlen, scheme) => {
  const missing = missingQemu(xlen);
  let executed = 0;

  test.skipIf(missing).each(SEEDS)(
    `programs in ${scheme} end as on qemu-system-riscv${xlen}, seed %i${missing ? ` (skipped: ${missing})` : ''}`,
    (seed) => {
      const program = pagingProgram(xlen, seed, SIZES);
      const theirs = runInQemu(xlen, program.image, cpuOf(xlen));
      for (const engine of ENGINES) {
        const run = runHere(program, engine);
        if (engine === ENGINES[0]) executed += run.executed;
        expect(comparePaging(xlen, run.ram, theirs), engine).toEqual([]);
      }
    },
  );

  test.skipIf(missing)(`${LEAST} instructions were executed in supervisor and user mode`, () => {
    expect(executed).toBeGreaterThanOrEqual(LEAST);
  });
});
