import { defineChip } from '../../src/boards/define.js';
import { at, MHz, MiB, ram } from '../../src/boards/rows.js';
import { clintRow } from '../../src/emu/cpu/riscv/clint.js';
import { MTIME_CLOCK, riscv } from '../../src/emu/cpu/riscv/core.js';
import type { RiscvOptions } from '../../src/emu/cpu/riscv/riscv-options.js';
import { testFinisher } from '../../src/emu/devices/riscv/test-finisher.js';
import { Machine, type MachineOptions } from '../../src/emu/machine.js';
export const RAM = 0x8000_0000;
export const CLINT = 0x200_0000;

/** A chip of harts with RAM, CLINT and test finisher, and nothing else; they begin at the start of RAM. */
export function chipOf(options: Partial<RiscvOptions> = {}) {
  return defineChip({
    name: 'harts',
    cpu: riscv({
      name: 'harts',
      xlen: 32,
      isa: 'imac_sstc',
      modes: 'msu',
      pmpEntries: 16,
      mmu: options.xlen === 64 ? ['sv39'] : ['sv32'],
      misaligned: 'do',
      harts: [{ hartId: 0, resetVector: RAM }],
      timebase: MHz(10),
      ...clusterWires(1),
      ...options,
    }),
    hertz: MHz(100),
    clocks: {},
    memories: { dram: ram(RAM, MiB(16)) },
    devices: { finisher: at(0x10_0000, testFinisher, { wires: { halt: 'cpu.halt' } }) },
  });
}

/** A CLINT that knows each of them. */
export function clusterWires(harts: number): Partial<RiscvOptions> {
  return { beside: ({ mtime }) => ({ clint: clintRow(CLINT, mtime, harts, MTIME_CLOCK) }) };
}

export function machineOf(
  image: MachineOptions['image'],
  options: Partial<RiscvOptions> = {},
  rest: MachineOptions = {},
) {
  return new Machine(chipOf(options), { ...rest, image });
}
