import { describe, expect, test } from 'vitest';
import { rv32gc, rv64gc } from '../../src/emu/cpu/riscv/isa.js';
import { defaultEngine } from '../../src/emu/isa/engine-mode.js';
import { FloatHart } from '../riscv-float/hart.js';
import { firstDifference, floatProgram, MAP } from './riscv-float-program.js';
import { runFloatInQemu } from './riscv-float-qemu.js';
import { missing } from './tools.js';

/** Where everything is compiled, compiling is most of the work: code is executed once here. */
const SHARE = defaultEngine() === 'hot' ? 1 / 250 : 1;
const SEEDS = Array.from({ length: process.env['FWTEST_LONG'] ? 12 : 1 }, (_, i) => i + 1);
const INSTRUCTIONS = 520_000 * SHARE;
/** Every row must have been tried this often, whatever the seed. */
const TIMES_A_ROW = SHARE === 1 ? 1500 : 1;

describe.each([
  [32, rv32gc],
  [64, rv64gc],
] as const)('RV%i', (xlen, isa) => {
  const absent = missing(`qemu-system-riscv${xlen}`, 'qemu-system-misc');
  const tried = new Map<string, number>();

  test.skipIf(absent).each(SEEDS)(
    `random programs of F, D and bit manipulation end as on qemu-system-riscv${xlen}, seed %i${absent ? ` (skipped: ${absent})` : ''}`,
    (seed) => {
      const program = floatProgram(xlen, seed, INSTRUCTIONS);
      for (const [row, times] of program.rows) tried.set(row, (tried.get(row) ?? 0) + times);
      const hart = new FloatHart(xlen, MAP.end - MAP.ram);
      hart.ram.set(program.image);
      hart.run(20 * INSTRUCTIONS + 1_000_000);
      expect(firstDifference(program, hart.ram, runFloatInQemu(xlen, program.image))).toBeUndefined();
    },
    600_000,
  );

  test.skipIf(absent)('every row is among them', () => {
    const rare = isa.rows.filter((row) => row.guard && (tried.get(row.text) ?? 0) < TIMES_A_ROW);
    expect(rare.map((row) => row.text)).toEqual([]);
  });
});
