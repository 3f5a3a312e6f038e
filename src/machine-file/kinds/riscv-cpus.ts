import { MTIME_CLOCK } from '../../emu/cpu/riscv/core.js';
import { riscvPlatform as makeRiscvPlatform } from '../../emu/cpu/riscv/platform.js';
import { type CpuKindRow, cpuKind, type OptionValues } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** RISC-V processors, apart from others: a board loads the instruction set that it needs. */

/** As many as `count` of a CPU. */
const MOST_HARTS = 8;

const platformShape = (o: OptionSchemas) => ({
  xlen: o.oneOf(32, 64).describe('width of the registers'),
  isa: o.text.describe("extensions beside I: 'imafdc_zba_zbb_zbc_zbs_sstc'"),
  modes: o.z.enum(['m', 'mu', 'msu']).describe('privilege modes'),
  harts: o.between(1, MOST_HARTS).optional().describe('1 if not given'),
  resetVector: o.address.describe('where the first instruction is fetched; the entry of the image if not given'),
  pmpEntries: o.integer.optional().describe('entries of physical memory protection, 0 to 16 (16)'),
  mmu: o.list
    .pipe(o.z.array(o.z.enum(['sv32', 'sv39'])))
    .optional()
    .describe('what satp.MODE can be'),
  misaligned: o.z.enum(['do', 'trap']).optional().describe('misaligned loads and stores (do)'),
  timebase: o.hertz.describe('Hz of mtime'),
  clint: o.address.describe('address of the CLINT'),
  plic: o.z.union([o.z.literal('none'), o.address]).describe("address of the PLIC, or 'none'"),
  monitor: o.z
    .strictObject({ isa: o.text, modes: o.z.enum(['m', 'mu', 'msu']) })
    .optional()
    .describe('what hart 0 is, where it is not like the others'),
  sources: o.between(1, 1023).optional().describe('interrupt sources of the PLIC (95)'),
  priorities: o.integer.optional().describe('highest priority of the PLIC (7)'),
});

const BESIDE = { timebase: 10e6, clint: 0x200_0000, plic: 0xc00_0000 };

/** Inputs of the harts: `hart1.msip`; hart 0's are the core's, too. */
function hartInputs({ harts }: OptionValues): string[] {
  const own = ['msip', 'mtip', 'meip', 'seip'];
  const numbered = Array.from({ length: Math.min(Number(harts ?? 1), MOST_HARTS) || 1 }, (_, i) =>
    own.map((name) => `hart${i}.${name}`),
  );
  return ['halt', ...own, ...numbered.flat()];
}

const platform = (type: string, summary: string, preset: OptionValues): CpuKindRow => ({
  type,
  summary,
  family: 'riscv',
  takes: ['...'],
  controller: 'plic',
  shape: platformShape,
  fromName: () => preset,
  interrupts: ({ sources }) => [1, Number(sources ?? 95)],
  clocks: [MTIME_CLOCK],
  startOption: 'resetVector',
  regions: ({ clint, plic }) => [
    { name: 'CLINT', at: Number(clint), size: 0x1_0000 },
    ...(plic === 'none' ? [] : [{ name: 'PLIC', at: Number(plic), size: 0x400_0000 }]),
  ],
  inputs: hartInputs,
});

export const riscvPlatform = cpuKind(
  platform('riscv', 'RISC-V harts of a kind, with a CLINT and, if it has an address, a PLIC beside them', {
    ...{ timebase: BESIDE.timebase, clint: BESIDE.clint },
  }),
  makeRiscvPlatform,
);
/** Everything that the core has. */
const ALL_EXTENSIONS = 'imafdc_zba_zbb_zbc_zbs_sstc';

const MACHINE_32: OptionValues = { ...BESIDE, xlen: 32, isa: 'imac', modes: 'm', pmpEntries: 0 };
const ALL_64: OptionValues = { ...BESIDE, xlen: 64, isa: ALL_EXTENSIONS, modes: 'msu', mmu: ['sv39'] };

/** The names that toolchains give to sets of extensions. */
export const rv32imac = cpuKind(platform('rv32imac', 'RV32IMAC with machine mode', MACHINE_32), makeRiscvPlatform);
export const rv32gc = cpuKind(
  platform('rv32gc', 'RV32GC with bit manipulation, supervisor mode and Sv32', { ...ALL_64, xlen: 32, mmu: ['sv32'] }),
  makeRiscvPlatform,
);
export const rv64imac = cpuKind(
  platform('rv64imac', 'RV64IMAC with machine and user mode', { ...BESIDE, xlen: 64, isa: 'imac', modes: 'mu' }),
  makeRiscvPlatform,
);
export const rv64gc = cpuKind(
  platform('rv64gc', 'RV64GC with bit manipulation, supervisor mode and Sv39', ALL_64),
  makeRiscvPlatform,
);
export const rv32 = cpuKind(
  platform('rv32', 'RISC-V, 32 bits: RV32IMAC with machine mode alone, unless its options say more', {
    ...MACHINE_32,
  }),
  makeRiscvPlatform,
);
export const rv64 = cpuKind(
  platform('rv64', 'RISC-V, 64 bits: RV64GC with supervisor mode and Sv39, unless its options say less', {
    ...ALL_64,
  }),
  makeRiscvPlatform,
);
export const sifiveE31 = cpuKind(
  platform('sifive-e31', 'SiFive E31: RV32IMAC, machine and user mode', {
    ...BESIDE,
    ...{ xlen: 32, isa: 'imac', modes: 'mu', pmpEntries: 8, misaligned: 'trap' },
  }),
  makeRiscvPlatform,
);
export const sifiveE51 = cpuKind(
  platform('sifive-e51', 'SiFive E51: RV64IMAC, machine and user mode', {
    ...BESIDE,
    ...{ xlen: 64, isa: 'imac', modes: 'mu', pmpEntries: 8, misaligned: 'trap' },
  }),
  makeRiscvPlatform,
);
export const sifiveU54 = cpuKind(
  platform('sifive-u54', 'SiFive U54: RV64GC, supervisor mode and Sv39', {
    ...BESIDE,
    ...{ xlen: 64, isa: 'imafdc', modes: 'msu', mmu: ['sv39'], pmpEntries: 8, misaligned: 'trap' },
  }),
  makeRiscvPlatform,
);
