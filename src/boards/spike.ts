import { UsageError } from '../emu/errors.js';
import type { LoadSegment } from '../emu/machine-description.js';
import { encodeDtb } from '../machine-file/devicetree/dtb.js';
import { node, tree } from '../machine-file/devicetree/tree.js';
import { strings } from '../machine-file/devicetree/values.js';
import { htif } from '../machine-file/kinds/riscv.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import { defineBoard, defineChip, withChip } from './define.js';
import { type BootOptions, type BootPlan, planBoot, resetRom, type Xlen } from './riscv-boot.js';
import { chosenNode, memoryNode, place, rootNode, socNode, TreeHarts } from './riscv-tree.js';
import { at, KiB, MHz, MiB, ram, rom } from './rows.js';

/** QEMU's `spike` (7.2): CLINT, RAM and the host-target interface, which the program's symbols place. */

const MAP = {
  resetRom: { address: 0x1000, size: KiB(60) },
  htif: { address: 0x100_0000, size: 0x1000 },
  clint: { address: 0x200_0000, size: 0x1_0000 },
  ram: { address: 0x8000_0000, size: MiB(128) },
  timebase: MHz(10),
} as const;
const EXTENSIONS = 'imafdc_zba_zbb_zbc_zbs';
const PAGING = { 32: 'sv32', 64: 'sv39' } as const;
const MOST_HARTS = 4;

export interface SpikeOptions extends BootOptions {
  readonly xlen: Xlen;
  /** 1 to 4; default 1. */
  readonly harts?: number;
  /** Bytes of RAM; default 128 MiB. */
  readonly ram?: number;
}

/**
 * Spike as QEMU has it, in either width. An image with the symbols `tohost` and `fromhost` talks to the host there, another one in
 * registers at 0x0100_0000.
 */
export const spikeBoard = (options: SpikeOptions) => withChip(board(options));

function board(options: SpikeOptions) {
  const { xlen, harts = 1, ram: ramSize = MAP.ram.size } = options;
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS) {
    throw new UsageError({ what: `a board of ${harts} harts`, where: 'spikeBoard', remedy: `give 1 to ${MOST_HARTS}` });
  }
  const plan = planBoot({ base: MAP.ram.address, size: ramSize }, xlen, options);
  const chip = () =>
    defineChip({
      name: 'spike',
      cpu: riscvPlatform({
        xlen,
        isa: EXTENSIONS,
        modes: 'msu',
        harts,
        resetVector: MAP.resetRom.address,
        mmu: [PAGING[xlen]],
        timebase: MAP.timebase,
        clint: MAP.clint.address,
        plic: 'none',
      }),
      hertz: MHz(100),
      memories: {
        mrom: rom(MAP.resetRom.address, MAP.resetRom.size, { contents: resetRom(xlen, plan) }),
        dram: ram(MAP.ram.address, ramSize),
      },
      devices: { htif: at(MAP.htif.address, htif(), { wires: { halt: 'cpu.halt' } }) },
      contents: () => [...plan.segments, treeOf(options, plan)],
      loaded: plan.programs ?? [],
    });
  return defineBoard({ name: xlen === 32 ? 'spike32' : 'spike', chip, checked: true });
}

function treeOf({ xlen, harts = 1, ram: ramSize = MAP.ram.size, append }: SpikeOptions, plan: BootPlan): LoadSegment {
  const [letters, ...names] = EXTENSIONS.split('_');
  const isa = [`rv${xlen}${letters}`, 'zicsr', 'zifencei', ...names].join('_');
  const cpus = new TreeHarts(
    MAP.timebase,
    Array.from({ length: harts }, () => ({ isa, mmu: `riscv,${PAGING[xlen]}` })),
  );
  const root = rootNode('ucbbar,spike-bare-dev', 'ucbbar,spike-bare,qemu', [
    node('htif', { compatible: strings('ucb,htif0'), reg: place([MAP.htif.address, MAP.htif.size]) }),
    socNode([cpus.clint(MAP.clint.address, MAP.clint.size)]),
    memoryNode(MAP.ram.address, ramSize),
    cpus.node,
    chosenNode({ stdout: '/htif', append, initrd: plan.initrd }),
  ]);
  return { physicalAddress: plan.tree, data: encodeDtb(tree(root)) };
}

/** QEMU's `spike` with RV64, and with RV32. */
export const spike = board({ xlen: 64 });
export const spike32 = board({ xlen: 32 });
