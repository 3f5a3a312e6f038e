import { cortexM4 as makeCortexM4 } from '../../emu/cpu/armv7m/core.js';
import { rv32 as makeRv32 } from '../../emu/cpu/riscv/core.js';
import { riscvPlatform as makeRiscvPlatform } from '../../emu/cpu/riscv/platform.js';
import { cpuKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** The processors. */

const romTable = (o: OptionSchemas) =>
  o.z.strictObject({ part: o.integer, designer: o.integer.optional(), revision: o.integer.optional() }).optional();

/** ARMv7-M table B3-3, DDI 0439D table 4-1: units at their places in the private peripheral bus. */
const PRIVATE_BUS = [
  { name: 'ITM, DWT and FPB', at: 0xe000_0000, size: 0x3000 },
  { name: 'system control space', at: 0xe000_e000, size: 0x1000 },
  { name: 'ROM table', at: 0xe00f_f000, size: 0x1000 },
];

export const cortexM4 = cpuKind(
  {
    type: 'cortex-m4',
    summary: 'Arm Cortex-M4 with floating point (ARMv7E-M)',
    family: 'arm',
    takes: ['...'],
    controller: 'nvic',
    shape: (o) => ({
      vtor: o.address.optional().describe('where the vector table is after a reset, a multiple of 128'),
      irqs: o.integer.describe('external interrupts, 1 to 240'),
      priorityBits: o.integer.describe('bits of a priority, 3 to 8'),
      sysTickDivider: o.integer.optional().describe('CPU clock by reference clock of SysTick'),
      sysTickCalibration: o.integer.optional().describe('SYST_CALIB'),
      romTable: romTable(o).describe('what the ROM table says the chip is'),
      floatInterrupt: o.integer.optional().describe('the interrupt that the cumulative flags of FPSCR are wired to'),
    }),
    fromName: () => ({ irqs: 240, priorityBits: 4 }),
    interrupts: ({ irqs }) => [0, Number(irqs) - 1],
    startOption: 'vtor',
    regions: () => PRIVATE_BUS,
    inputs: () => ['nmi', 'event', 'codeLines', 'resume'],
    outputs: ['sleeping', 'sleepDeep'],
  },
  makeCortexM4,
);

export const rv32 = cpuKind(
  {
    type: 'rv32',
    summary: 'RV32IMAC hart with machine mode, CLINT and PLIC beside it',
    family: 'riscv',
    takes: ['...'],
    controller: 'plic',
    shape: (o) => ({
      resetVector: o.address.describe('where the first instruction is fetched'),
      timebase: o.hertz.describe('Hz of mtime'),
      clint: o.address.describe('address of the CLINT'),
      plic: o.address.describe('address of the PLIC'),
    }),
    fromName: () => ({ timebase: 10e6, clint: 0x200_0000, plic: 0xc00_0000 }),
    interrupts: () => [1, 95],
    startOption: 'resetVector',
    regions: ({ clint, plic }) => [
      { name: 'CLINT', at: Number(clint), size: 0x1_0000 },
      { name: 'PLIC', at: Number(plic), size: 0x400_0000 },
    ],
    inputs: () => ['halt', 'msip', 'mtip', 'meip'],
  },
  makeRv32,
);

export const riscvPlatform = cpuKind(
  {
    type: 'riscv',
    summary: 'RISC-V harts of a kind, with CLINT and PLIC beside them',
    family: 'riscv',
    takes: ['...'],
    controller: 'plic',
    shape: (o) => ({
      xlen: o.z.literal([32, 64]).describe('width of the registers'),
      isa: o.text.describe("extensions beside I: 'imafdc_zba_zbb_zbc_zbs_sstc'"),
      modes: o.z.enum(['m', 'mu', 'msu']).describe('privilege modes'),
      harts: o.integer.optional().describe('1 if not given'),
      resetVector: o.address.describe('where the first instruction is fetched'),
      pmpEntries: o.integer.optional().describe('entries of physical memory protection, 0 to 16 (16)'),
      mmu: o.z
        .array(o.z.enum(['sv32', 'sv39']))
        .optional()
        .describe('what satp.MODE can be'),
      misaligned: o.z.enum(['do', 'trap']).optional().describe('misaligned loads and stores (do)'),
      timebase: o.hertz.describe('Hz of mtime'),
      clint: o.address.describe('address of the CLINT'),
      plic: o.address.optional().describe('address of the PLIC, if there is one'),
      monitor: o.z
        .strictObject({ isa: o.text, modes: o.z.enum(['m', 'mu', 'msu']) })
        .optional()
        .describe('what hart 0 is, where it is not like the others'),
      sources: o.integer.optional().describe('interrupt sources of the PLIC (95)'),
      priorities: o.integer.optional().describe('highest priority of the PLIC (7)'),
    }),
    fromName: () => ({ timebase: 10e6, clint: 0x200_0000, plic: 0xc00_0000 }),
    interrupts: ({ sources }) => [1, Number(sources ?? 95)],
    inputs: () => ['halt', 'msip', 'mtip', 'meip', 'seip'],
  },
  makeRiscvPlatform,
);
