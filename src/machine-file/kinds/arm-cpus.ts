import { cortexM4 as makeCortexM4 } from '../../emu/cpu/armv7m/core.js';
import { cpuKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Arm's processors, apart from others: a board loads the instruction set that it needs. */

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
      sysTickDivider: o
        .between(1, 2 ** 24)
        .optional()
        .describe('CPU clock by reference clock of SysTick'),
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
