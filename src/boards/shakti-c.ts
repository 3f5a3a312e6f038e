import { notModelledBlock } from '../machine-file/kinds/common.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import { shaktiUart } from '../machine-file/kinds/sifive.js';
import { defineBoard, defineChip } from './define.js';
import { resetRom } from './riscv-boot.js';
import { at, KiB, MHz, MiB, ram, rom } from './rows.js';

/** QEMU's `shakti_c` (7.2): the SoC of the Shakti C class on an Arty board; what QEMU has not, where Shakti's SDK has it. */

const ROM = 0x1000;
const RAM = 0x8000_0000;
const plan = { start: RAM, next: 0, tree: 0 };

const chip = () =>
  defineChip({
    name: 'shakti-c',
    cpu: riscvPlatform({
      xlen: 64,
      isa: 'imafdc',
      modes: 'msu',
      pmpEntries: 4,
      mmu: ['sv39'],
      resetVector: ROM,
      timebase: MHz(10),
      clint: 0x200_0000,
      plic: 0xc00_0000,
      sources: 28,
      priorities: 2,
    }),
    hertz: MHz(50),
    memories: {
      bootRom: rom(ROM, KiB(8), { contents: resetRom(64, plan) }),
      dram: ram(RAM, MiB(128)),
    },
    devices: {
      uart0: at(0x1_1300, shaktiUart),
      i2c0: at(0x4_0000, notModelledBlock('I2C', { size: 0x100 })),
      gpio: at(0x4_0100, notModelledBlock('GPIO', { size: 0x100 })),
    },
  });

/** Shakti C class, which QEMU has as `shakti_c`. */
export const shaktiC = defineBoard({ name: 'shakti-c', chip, checked: true });
