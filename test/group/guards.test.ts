import { expect, test } from 'vitest';
import { defineChip } from '../../src/boards/define.js';
import { KiB, MHz, ram, rom } from '../../src/boards/rows.js';
import { cpuGroup } from '../../src/emu/cpu/group/group.js';
import { rv32 } from '../../src/emu/cpu/riscv/core.js';
import type { CpuType } from '../../src/emu/cpu.js';
import { Machine, type MachineOptions } from '../../src/emu/machine.js';
import { FIRST, finish, machineOf, mailOf, pairOf, SECOND, segmentsOf } from './pair.js';

/** What one core may not access another one still does: the engine's page tables follow the core that executes. */

const engines = ['cold', 'hot', 'auto'] as const;

test.each(engines)('the MPU of one core is no affair of the other (%s)', (engine) => {
  const machine = machineOf(pairOf(SECOND, 'cpu1.5'), ['guarded', 'open'], { engine });
  finish(machine);
  machine.runCycles(200_000);
  expect(mailOf(machine)).toMatchObject({ done: 1, armed: 2000, replies: 2000, sum: 0, value: 20_000 });
});

test('every engine ends where the others do, also from a snapshot', () => {
  const ends = engines.map((engine) => {
    const machine = machineOf(pairOf(SECOND, 'cpu1.5'), ['guarded', 'open'], { engine });
    machine.runCycles(33_333);
    const snapshot = machine.snapshot();
    machine.runCycles(77_777);
    const straight = machine.hash();
    machine.restore(snapshot);
    machine.runCycles(77_777);
    expect(machine.hash()).toBe(straight);
    return straight;
  });
  expect(new Set(ends).size).toBe(1);
});

/** Memory at 0xa000_0000 is Device memory to a Cortex-M, where no access may be unaligned (B3.1), and plain to a hart. */
function unevenMachine(second: CpuType, options: MachineOptions) {
  const chip = defineChip({
    name: 'uneven',
    cpu: cpuGroup([
      { name: 'cpu0', cpu: FIRST },
      { name: 'cpu1', cpu: second },
    ]),
    hertz: MHz(16),
    memories: {
      flash: rom(0x0800_0000, KiB(512)),
      sram: ram(0x2000_0000, KiB(192)),
      far: ram(0xa000_0000, KiB(8)),
    },
    devices: {},
  });
  // lui a1,0xa0000; 1: lw a0,1(a1); addi a0,a0,1; sw a0,1(a1); j 1b
  const loop = Uint32Array.of(0xa000_05b7, 0x0015_a503, 0x0015_0513, 0x00a5_a0a3, 0xff5f_f06f);
  const image = [...segmentsOf('guarded'), { physicalAddress: 0x0804_0000, data: new Uint8Array(loop.buffer) }];
  return new Machine(chip, { ...options, image });
}

test('what is Device memory to one core is plain to another', () => {
  const hart = rv32({ resetVector: 0x0804_0000, timebase: MHz(1), clint: 0x200_0000, plic: 0xc00_0000 });
  const ends = engines.map((engine) => {
    const machine = unevenMachine(hart, { engine });
    machine.runCycles(200_000);
    expect(mailOf(machine)['replies']).toBeGreaterThan(500);
    // the load stands one cycle, if anything: one round is four instructions
    expect(machine.bus.peek(0xa000_0001 & ~3, 4)! >>> 8).toBeGreaterThan(30_000);
    return machine.hash();
  });
  expect(new Set(ends).size).toBe(1);
});
