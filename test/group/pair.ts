import { join } from 'node:path';
import { defineChip } from '../../src/boards/define.js';
import { at, KiB, MHz, ram, rom } from '../../src/boards/rows.js';
import { cortexM4 } from '../../src/emu/cpu/armv7m/core.js';
import { cpuGroup, type GroupMember } from '../../src/emu/cpu/group/group.js';
import { rv32 } from '../../src/emu/cpu/riscv/core.js';
import type { CpuType } from '../../src/emu/cpu.js';
import { readElf } from '../../src/emu/debug/elf.js';
import { Machine, type MachineOptions } from '../../src/emu/machine.js';
import { mmioCalculator } from '../../src/machine-file/kinds/common.js';

/** Machines with two processors, and the programs that exchange on them. */

export const ROUNDS = 50;
export const MAIL = 0x2002_0000;
export const CALCULATOR = 0x5000_0000;

export const FIRST = cortexM4({ irqs: 16, priorityBits: 4, vtor: 0x0800_0000 });
export const SECOND = cortexM4({ irqs: 16, priorityBits: 4, vtor: 0x0804_0000 });
export const RISCV = rv32({ resetVector: 0x0804_0000, timebase: MHz(1), clint: 0x200_0000, plic: 0xc00_0000 });

/** `cpu0` is a Cortex-M4; `irq`: what the calculator's output leads to. */
export function pairOf(second: CpuType, irq: string, rest: Omit<Partial<GroupMember>, 'cpu'> = {}) {
  return defineChip({
    name: 'pair',
    cpu: cpuGroup([
      { name: 'cpu0', cpu: FIRST },
      { name: 'cpu1', cpu: second, ...rest },
    ]),
    hertz: MHz(16),
    memories: { flash: rom(0x0800_0000, KiB(512)), sram: ram(0x2000_0000, KiB(192)) },
    devices: { calc: at(CALCULATOR, mmioCalculator({ busyCycles: 200 }), { wires: { irq } }) },
  });
}

export const segmentsOf = (...names: readonly string[]) =>
  names.flatMap((name) => [...readElf(join(import.meta.dirname, `firmware/${name}.elf`)).segments]);

export function machineOf(chip: ReturnType<typeof pairOf>, images: readonly string[], options: MachineOptions = {}) {
  return new Machine(chip, { ...options, image: segmentsOf(...images) });
}

const FIELDS = ['armed', 'replies', 'value', 'sum', 'done', 'ticks0', 'ticks1', 'cycles', 'locked', 'lock', 'patched'];

/** What stands in the shared words. */
export function mailOf({ bus }: Machine): Readonly<Record<string, number>> {
  return Object.fromEntries(FIELDS.map((field, i) => [field, bus.peek(MAIL + 4 * i, 4)!]));
}

/** Runs until the first processor says that it is done, at most `cycles` of its clock. */
export function finish(machine: Machine, cycles = 2_000_000) {
  for (let i = 0; i < cycles / 1000 && mailOf(machine)['done'] === 0; i++) machine.runCycles(1000);
  return mailOf(machine);
}
