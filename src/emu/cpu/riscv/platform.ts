import type { CpuType } from '../../cpu.js';
import type { Frequency } from '../../time.js';
import { type ClintHandle, clintRow } from './clint.js';
import { MTIME_CLOCK, riscv } from './core.js';
import { type PlicHandle, plicContexts, plicRow } from './plic.js';
import type { Modes, Paging } from './riscv-options.js';
import type { Xlen } from './x-registers.js';

/** A number of harts with a CLINT and a PLIC beside them, told in plain data. */
export interface RiscvPlatformOptions {
  readonly xlen: Xlen;
  /** Extensions beside I: `'imafdc_zba_zbb_zbc_zbs_sstc'`. */
  readonly isa: string;
  readonly modes: Modes;
  /** Default 1; their numbers are 0, 1, … */
  readonly harts?: number;
  /** What hart 0 is where it is not like the others: SiFive's monitor core. */
  readonly monitor?: { readonly isa: string; readonly modes: Modes };
  /** Where each of them fetches its first instruction. */
  readonly resetVector: number;
  /** Entries of physical memory protection, 0 to 16; default 16. */
  readonly pmpEntries?: number;
  /** What satp.MODE can be beside Bare. */
  readonly mmu?: readonly Paging[];
  /** `do`, the default: misaligned loads and stores are done in hardware. */
  readonly misaligned?: 'do' | 'trap';
  /** Hz of mtime. */
  readonly timebase: Frequency;
  /** Address of the CLINT. */
  readonly clint: number;
  /** Address of the PLIC, `'none'` where there is none, and how many sources and levels it has. */
  readonly plic: number | 'none';
  readonly sources?: number;
  readonly priorities?: number;
}

/** What tests see beside the harts: `board.clint`, `board.plic`. */
export interface PlatformHandles {
  readonly clint: ClintHandle;
  readonly plic: PlicHandle;
}

/** The PLIC's contexts are M mode, then S mode where there is one, of each hart in turn (as QEMU's boards have them). */
export function riscvPlatform(options: RiscvPlatformOptions): CpuType<PlatformHandles> {
  const { xlen, isa, modes, harts = 1, resetVector, pmpEntries = 16, mmu = [], misaligned = 'do' } = options;
  const { sources = 95, priorities = 7, timebase, plic, monitor } = options;
  const models = Array.from({ length: harts }, (_, hartId) => ({
    ...{ hartId, resetVector, isa, modes },
    ...(hartId === 0 && monitor),
  }));
  const contexts = plicContexts(models.map((hart) => (hart.modes === 'msu' ? 'MS' : 'M')).join());
  const type: CpuType = riscv({
    name: `rv${xlen}${isa}`,
    ...{ xlen, isa, modes, pmpEntries, mmu, misaligned, timebase, harts: models },
    ...(plic !== 'none' && { interruptController: 'plic' }),
    beside: ({ mtime }) => ({
      clint: clintRow(options.clint, mtime, harts, MTIME_CLOCK),
      ...(plic !== 'none' && { plic: plicRow(plic, { sources, priorities, contexts }) }),
    }),
  });
  return type as CpuType<PlatformHandles>;
}
