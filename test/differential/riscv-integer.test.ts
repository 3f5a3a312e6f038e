import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import { compareRuns } from './riscv-compare.js';
import { FRAME } from './riscv-frame.js';
import { type RandomProgram, ROWS, randomProgram } from './riscv-program.js';
import { missingQemu, runInQemu } from './riscv-qemu.js';
import { Random } from './riscv-random.js';

const MEBIBYTE = 1 << 20;
const SEEDS = Array.from({ length: process.env['FWTEST_LONG'] ? 12 : 2 }, (_, i) => i + 1);
/** Where everything is compiled, compiling is most of the work: code is executed once here. */
const SHARE = defaultEngine() === 'hot' ? 1 / 100 : 1;
const INSTRUCTIONS = 520_000 * SHARE;
/** Every row must have been tried this often, whatever the seed. */
const TIMES_A_ROW = 1000 * SHARE;

/** RAM after the program ended the run by itself. */
function runHere({ xlen, image }: RandomProgram): Uint8Array {
  const board = xlen === 64 ? riscvVirt64 : riscvVirt;
  const machine = board.createMachine({ image: [{ physicalAddress: FRAME.ram, data: image }] });
  const { finisher } = board.handlesOf(machine);
  machine.runCycles(100_000_000);
  expect(finisher.exitCode, `the program ends, pc is 0x${machine.cpu.pc.toString(16)}`).toBe(0);
  return machine.bus.bytes(FRAME.ram, 128 * MEBIBYTE);
}

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const missing = missingQemu(xlen);
  const tried = new Map<string, number>();
  let instructions = 0;

  test.skipIf(missing).each(SEEDS)(
    `random programs end as on qemu-system-riscv${xlen}, seed %i${missing ? ` (skipped: ${missing})` : ''}`,
    (seed) => {
      const program = randomProgram(xlen, new Random(seed), INSTRUCTIONS);
      for (const [row, times] of program.rows) tried.set(row, (tried.get(row) ?? 0) + times);
      instructions += program.instructions;
      expect(compareRuns(program, runHere(program), runInQemu(xlen, program.image))).toEqual([]);
    },
  );

  test.skipIf(missing)(`${1_000_000 * SHARE} instructions, and every row among them`, () => {
    expect(instructions).toBeGreaterThanOrEqual(1_000_000 * SHARE);
    const rare = ROWS[xlen].filter((row) => (tried.get(row.text) ?? 0) < TIMES_A_ROW);
    expect(rare.map((row) => row.text)).toEqual([]);
  });
});
