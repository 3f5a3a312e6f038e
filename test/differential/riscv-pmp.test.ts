import { describe, expect, test } from 'vitest';
import { riscvVirt, riscvVirt64 } from '../../src/boards/riscv-virt.js';
import type { Xlen } from '../../src/emu/cpu/riscv/x-registers.js';
import { PMP_MAP, type PmpProgram, pmpProgram, STEP } from './riscv-pmp-program.js';
import { missingQemu, runInQemu } from './riscv-qemu.js';

const MEBIBYTE = 1 << 20;
const SEEDS = Array.from({ length: process.env['FWTEST_LONG'] ? 60 : 1 }, (_, i) => i + 1);
const STEPS = 300;
const LOG_BYTES = MEBIBYTE;

/** RAM after the program ended the run by itself. */
function runHere({ xlen, image }: PmpProgram): Uint8Array {
  const board = xlen === 64 ? riscvVirt64 : riscvVirt;
  const machine = board.createMachine({ image: [{ physicalAddress: PMP_MAP.ram, data: image }] });
  const { finisher } = board.handlesOf(machine);
  machine.runCycles(10_000_000);
  expect(finisher.exitCode, `the program ends, pc is 0x${machine.cpu.pc.toString(16)}`).toBe(0);
  return machine.bus.bytes(PMP_MAP.ram, PMP_MAP.log + LOG_BYTES - PMP_MAP.ram);
}

/** Where two runs differ first: the words of the log from the step's first on, and the data in memory. */
function differences({ xlen, notes }: PmpProgram, ours: Uint8Array, theirs: Uint8Array): string[] {
  const [a, b] = [wordsOf(xlen, ours, PMP_MAP.log, LOG_BYTES), wordsOf(xlen, theirs, PMP_MAP.log, LOG_BYTES)];
  const at = a.findIndex((word, i) => word !== b[i] && !(word === 7n && b[i] === 5n && isAtomic(ours, a[i + 1]!)));
  if (at >= 0) {
    const step = a.findLastIndex((word, i) => i <= at && (word & ~0xffffn) === BigInt(STEP));
    const shown = (words: readonly bigint[]) => words.slice(step, at + 6).map((word) => word.toString(16));
    const number = Number(a[step]! & 0xffffn);
    return [`word ${at - step} of step ${number}: ${notes[number]}`, `here ${shown(a)}`, `there ${shown(b)}`];
  }
  const { data, tables } = PMP_MAP;
  const [left, right] = [ours, theirs].map((ram) => wordsOf(xlen, ram, data, tables - data));
  return left!.flatMap((word, i) => (word === right![i] ? [] : [`word ${i} of the data`]));
}
/** QEMU refuses an AMO as a load (Priv table 3.6: as a store). */
function isAtomic(ram: Uint8Array, epc: bigint): boolean {
  const { ram: start, handler, driverEnd, alias } = PMP_MAP;
  const [seen, at] = [Number(epc & 0xffff_ffffn), Number(epc & 0xffff_ffffn & ~BigInt(alias))];
  if (seen < handler || at >= driverEnd) return false;
  return new DataView(ram.buffer, ram.byteOffset).getUint32(at - start, true) % 128 === 0x2f;
}
function wordsOf(xlen: Xlen, ram: Uint8Array, from: number, bytes: number): bigint[] {
  const { buffer, byteOffset } = ram.slice(from - PMP_MAP.ram, from - PMP_MAP.ram + bytes);
  return xlen === 64
    ? [...new BigUint64Array(buffer, byteOffset, bytes / 8)]
    : [...new Uint32Array(buffer, byteOffset, bytes / 4)].map(BigInt);
}

describe.each([32, 64] as const)('RV%i', (xlen) => {
  const missing = missingQemu(xlen);

  test.skipIf(missing).each(SEEDS)(
    `random protection ends as on qemu-system-riscv${xlen}, seed %i${missing ? ` (skipped: ${missing})` : ''}`,
    (seed) => {
      const program = pmpProgram(xlen, seed, STEPS);
      expect(differences(program, runHere(program), runInQemu(xlen, program.image, `rv${xlen},h=off`))).toEqual([]);
      expect(program.refused).toBeGreaterThan(program.accesses / 5);
      expect(program.refused).toBeLessThan((program.accesses * 4) / 5);
    },
  );
});
