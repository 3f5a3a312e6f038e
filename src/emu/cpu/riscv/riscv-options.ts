import type { DeviceRow } from '../../device-row.js';
import { UsageError } from '../../errors.js';
import type { Frequency } from '../../time.js';
import { BIT_EXTENSIONS } from './bit-row.js';
import type { Counter64 } from './counter64.js';
import type { Xlen } from './x-registers.js';

/** Machine mode alone, with user mode, with supervisor mode (Priv table 1.2). */
export type Modes = 'm' | 'mu' | 'msu';
export type Paging = 'sv32' | 'sv39';

/** One hart of a cluster; what is not given is as the cluster's. */
export interface HartOptions {
  readonly hartId: number;
  /** Where it fetches its first instruction. */
  readonly resetVector: number;
  readonly isa?: string;
  readonly modes?: Modes;
}

/** What lies beside the harts. */
export interface Beside {
  /** The counter behind the CSR `time`, which the CLINT shows as mtime. */
  readonly mtime: Counter64;
  /** How many harts there are. */
  readonly harts: number;
}

/** A cluster of harts that share one clock. */
export interface RiscvOptions {
  readonly name: string;
  readonly xlen: Xlen;
  /** Extensions beside I: `'imafdc_zba_zbb_zbc_zbs_sstc'`. */
  readonly isa: string;
  readonly modes: Modes;
  /** Entries of physical memory protection: 0, or up to 16. */
  readonly pmpEntries: number;
  /** What satp.MODE can be beside Bare; nothing without supervisor mode. */
  readonly mmu?: readonly Paging[];
  /** What sets a leaf entry's A and D bits: the page walker, or the handler of a page fault. `update` unless given. */
  readonly ad?: 'update' | 'fault';
  /** Whether loads and stores at any address of memory are done in hardware, or raise an exception. */
  readonly misaligned: 'do' | 'trap';
  readonly harts: readonly HartOptions[];
  /** Hz of mtime, which runs beside the CPU clock. */
  readonly timebase: Frequency;
  /** The device beside the harts whose wires `irq1` … are the external interrupts. */
  readonly interruptController?: string;
  readonly beside?: (parts: Beside) => Readonly<Record<string, DeviceRow>>;
}

/** One hart as it is made: no question open. */
export interface HartModel {
  /** Its place in the cluster: `cpu.hart1`. */
  readonly index: number;
  readonly hartId: number;
  readonly resetVector: number;
  readonly xlen: Xlen;
  /** Letters and names of its extensions, in lower case. */
  readonly extensions: ReadonlySet<string>;
  readonly hasUser: boolean;
  readonly hasSupervisor: boolean;
  readonly hasFloat: boolean;
  readonly hasSstc: boolean;
  readonly pmpEntries: number;
  readonly paging: readonly Paging[];
}

const SINGLE_LETTERS = 'imafdc';
const NAMED = new Set([...BIT_EXTENSIONS, 'zicsr', 'zifencei', 'zicntr', 'zihpm', 'sstc']);
export const MOST_HARTS = 5;
export const MOST_PMP_ENTRIES = 16;

/** `'imac_zba'` as its parts. @throws UsageError for what this core has not got */
export function extensionsOf(isa: string, where: string): ReadonlySet<string> {
  const [letters = '', ...names] = isa
    .toLowerCase()
    .replace(/^rv(32|64)/, '')
    .split('_');
  const expanded = letters.replace('g', 'imafd');
  const extensions = new Set([...expanded, ...names.filter((name) => name !== '')]);
  for (const extension of extensions) {
    if (extension.length === 1 ? SINGLE_LETTERS.includes(extension) : NAMED.has(extension)) continue;
    throw new UsageError({
      what: `the extension '${extension}' of isa '${isa}' is not there`,
      where,
      remedy: `choose from the letters ${SINGLE_LETTERS} and ${[...NAMED].join(', ')}`,
    });
  }
  if (!extensions.has('i')) throw new UsageError({ what: `isa '${isa}' lacks the base, i`, where });
  if (extensions.has('d') && !extensions.has('f'))
    throw new UsageError({ what: `isa '${isa}' has d without f`, where });
  return extensions;
}

/** Whether a hart has instructions of bit manipulation. */
export function hasBitManipulation(extensions: ReadonlySet<string>): boolean {
  return BIT_EXTENSIONS.some((name) => extensions.has(name));
}

/** The harts of a cluster, in order. @throws UsageError */
export function hartModels(options: RiscvOptions): readonly HartModel[] {
  const where = `riscv({ name: '${options.name}' })`;
  if (options.harts.length < 1 || options.harts.length > MOST_HARTS) {
    throw new UsageError({ what: `a cluster has 1 to ${MOST_HARTS} harts, not ${options.harts.length}`, where });
  }
  const { pmpEntries } = options;
  if (!Number.isInteger(pmpEntries) || pmpEntries < 0 || pmpEntries > MOST_PMP_ENTRIES) {
    throw new UsageError({ what: `pmpEntries is 0 to ${MOST_PMP_ENTRIES}, not ${pmpEntries}`, where });
  }
  if (new Set(options.harts.map(({ hartId }) => hartId)).size < options.harts.length) {
    throw new UsageError({ what: 'two harts have one hartId', where });
  }
  return options.harts.map((hart, index) => hartModel(options, hart, index, where));
}

function hartModel(options: RiscvOptions, hart: HartOptions, index: number, where: string): HartModel {
  const extensions = extensionsOf(hart.isa ?? options.isa, where);
  const modes = hart.modes ?? options.modes;
  const hasSupervisor = modes === 'msu';
  const fitting = options.xlen === 32 ? 'sv32' : 'sv39';
  const unfit = options.mmu?.find((paging) => paging !== fitting);
  if (unfit !== undefined) throw new UsageError({ what: `RV${options.xlen} has no ${unfit}`, where });
  return {
    index,
    hartId: hart.hartId,
    resetVector: hart.resetVector,
    xlen: options.xlen,
    extensions,
    hasUser: modes !== 'm',
    hasSupervisor,
    hasFloat: extensions.has('f'),
    hasSstc: hasSupervisor && extensions.has('sstc'),
    pmpEntries: options.pmpEntries,
    paging: hasSupervisor ? (options.mmu ?? []) : [],
  };
}
