import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import { compareRuns } from './rv32-compare.js';
import { FRAME } from './rv32-frame.js';
import { type RandomProgram, randomProgram, rowsFor } from './rv32-program.js';
import { missingQemu, runInQemu } from './rv32-qemu.js';
import { Random } from './rv32-random.js';

const MEBIBYTE = 1 << 20;
const SEEDS = Array.from({ length: process.env['FWTEST_LONG'] ? 12 : 2 }, (_, i) => i + 1);
/** Where everything is compiled, compiling is most of the work: code is executed once here. */
const SHARE = defaultEngine() === 'hot' ? 1 / 100 : 1;
const INSTRUCTIONS = 520_000 * SHARE;
/** Every row must have been tried this often, whatever the seed. */
const TIMES_A_ROW = 1000 * SHARE;

/** RAM after the program ended the run by itself. */
function runHere({ image, xlen }: RandomProgram): Uint8Array {
  const board = xlen === 32 ? riscvVirt : riscvVirt64;
  const machine = board.createMachine({ image: [{ physicalAddress: FRAME.ram, data: image }] });
  const { finisher } = board.handlesOf(machine);
  machine.runCycles(100_000_000);
  expect(finisher.exitCode, `the program ends, pc is 0x${machine.cpu.pc.toString(16)}`).toBe(0);
  return machine.bus.bytes(FRAME.ram, 128 * MEBIBYTE);
}

describe.each([32, 64] as const)('RV%iIMAC', (xlen) => {
  const missing = missingQemu(xlen);
  const why = missing ? ` (skipped: ${missing})` : '';
  describe.skipIf(missing)(`random programs end as on qemu-system-riscv${xlen}${why}`, () => {
    const tried = new Map<string, number>();
    let instructions = 0;

    test.each(SEEDS)('registers, traps and memory, seed %i', (seed) => {
      const program = randomProgram(new Random(seed), INSTRUCTIONS, xlen);
      for (const [row, times] of program.rows) tried.set(row, (tried.get(row) ?? 0) + times);
      instructions += program.instructions;
      expect(compareRuns(program, runHere(program), runInQemu(program.image, xlen))).toEqual([]);
    });

    test(`${1_000_000 * SHARE} instructions, and every row among them`, () => {
      expect(instructions).toBeGreaterThanOrEqual(1_000_000 * SHARE);
      const rare = rowsFor(xlen).filter((row) => (tried.get(row.text) ?? 0) < TIMES_A_ROW);
      expect(rare.map((row) => row.text)).toEqual([]);
    });
  });
});
