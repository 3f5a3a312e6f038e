import { ns16550 } from '../machine-file/kinds/riscv.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import { defineBoard, defineChip } from './define.js';
import { at, MHz, MiB, ram } from './rows.js';

/** The small machine that the tutorial builds: one 32-bit CPU, RAM where it starts, a UART. */
const chip = () =>
  defineChip({
    name: 'param',
    cpu: riscvPlatform({
      ...{ xlen: 32, isa: 'imac', modes: 'm', pmpEntries: 0, resetVector: 0x8000_0000 },
      ...{ timebase: MHz(10), clint: 0x200_0000, plic: 0xc00_0000, sources: 31 },
    }),
    hertz: MHz(50),
    clocks: { 'uart-input': 3_686_400 },
    memories: { ram: ram(0x8000_0000, MiB(1)) },
    devices: { uart: at(0x1000_0000, ns16550({ lineControl: 3 }), { irq: 10, clock: 'uart-input' }) },
  });
export const param = defineBoard({ name: 'param', chip, checked: true });
