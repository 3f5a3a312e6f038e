import type { PlatformHandles } from '../emu/cpu/riscv/platform.js';
import type { CpuType } from '../emu/cpu.js';
import type { DeviceType } from '../emu/device.js';
import type { DeviceRow } from '../emu/device-row.js';
import type { VirtioBlockOptions } from '../emu/devices/riscv/virtio/block.js';
import { UsageError } from '../emu/errors.js';
import type { LoadSegment, MemoryRow } from '../emu/machine-description.js';
import { encodeDtb } from '../machine-file/devicetree/dtb.js';
import { bananaRom, mmioCalculator } from '../machine-file/kinds/common.js';
import {
  cfiFlash,
  fwCfg,
  goldfishRtc,
  ns16550,
  testFinisher,
  virtioBlk,
  virtioRng,
  virtioSerial,
  virtioSlot,
} from '../machine-file/kinds/riscv.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import { type Board, type DeviceRows, defineBoard, defineChip, withChip } from './define.js';
import { type BootOptions, type BootPlan, planBoot, resetRom, type Xlen } from './riscv-boot.js';
import { VIRT } from './riscv-virt-map.js';
import { virtTree } from './riscv-virt-tree.js';
import { at, MHz, MiB, ram, rom } from './rows.js';

export interface VirtOptions extends BootOptions {
  readonly xlen: Xlen;
  /** 1 to 4; default 1. */
  readonly harts?: number;
  /** Bytes of RAM, up to 2 GiB; default 128 MiB. */
  readonly ram?: number;
  /** A disk in the first virtio slot (0x1000_1000, interrupt 1). */
  readonly disk?: VirtioBlockOptions;
  /** A console in the second virtio slot. */
  readonly virtconsole?: boolean;
  /** A source of random numbers in the third virtio slot. */
  readonly rng?: boolean;
  /** Version 2 of virtio's registers instead of 1, as with QEMU's `-global virtio-mmio.force-legacy=false`. */
  readonly modernVirtio?: boolean;
  /**
   * What is in the two flashes; the rest is erased. Code runs from a flash that something (or an empty array) is given for, and the
   * board starts in the first one if that is so.
   */
  readonly flash?: readonly (Uint8Array | undefined)[];
}

/** Firmware for `virt` need not set the line up, so it starts with 8N1. */
const EIGHT_BITS = 3;
const MOST_HARTS = 4;
const MOST_RAM = MiB(2048);

/** What every `virt` has. */
function commonDevices({ flash = [] }: VirtOptions, harts: number) {
  const { finisher, rtc, uart0, fwCfg: configuration } = VIRT;
  const flashAt = (i: number) => {
    const executable = flash[i] !== undefined;
    return at(flashAddress(i), cfiFlash(executable ? { executable } : {}), executable ? { places: [] } : {});
  };
  return {
    finisher: at(finisher.address, testFinisher, { wires: { halt: 'cpu.halt' } }),
    rtc: at(rtc.address, goldfishRtc(), { irq: rtc.irq }),
    banana: at(0x400_0000, bananaRom),
    calc: at(0x400_1000, mmioCalculator(), { irq: VIRT.calcIrq }),
    uart0: at(uart0.address, ns16550({ lineControl: EIGHT_BITS }), { irq: uart0.irq, clock: 'uart0-input' }),
    fwCfg: at(configuration.address, fwCfg({ cpus: harts })),
    flash0: flashAt(0),
    flash1: flashAt(1),
  };
}

const flashAddress = (i: number) => VIRT.flash.address + i * VIRT.flash.size;

/** The cells of those flashes that code runs from: memories that cost nothing where no image asks for them. */
function flashMemories({ flash = [] }: VirtOptions): Readonly<Record<string, MemoryRow>> {
  const rows = [0, 1].flatMap((i) => {
    const contents = flash[i];
    if (contents === undefined) return [];
    const row = rom(flashAddress(i), VIRT.flash.size, { fill: 0xff, contents, controller: `flash${i}.cells` });
    return [[`pflash${i}`, row] as const];
  });
  return Object.fromEntries(rows);
}

const slotRow = <T extends object>(index: number, device: DeviceType<T>): DeviceRow<T> =>
  at(VIRT.virtio.address + index * VIRT.virtio.stride, device, { irq: VIRT.virtio.irq + index });

/** The eight virtio slots; what an option puts into one is called by that option, an empty one `virtio3`. */
function virtioDevices({ disk, virtconsole, rng, modernVirtio }: VirtOptions) {
  const legacy = modernVirtio !== true;
  const empty = (index: number) => slotRow(index, virtioSlot({ legacy }));
  const put = <D extends DeviceRow>(index: number, name: string, wanted: boolean, row: () => D) =>
    wanted ? { [name]: row() } : { [`virtio${index}`]: empty(index) };
  return {
    ...put(0, 'disk', disk !== undefined, () => slotRow(0, virtioBlk({ ...disk, legacy }))),
    ...put(1, 'virtconsole', virtconsole === true, () => slotRow(1, virtioSerial({ legacy }))),
    ...put(2, 'rng', rng === true, () => slotRow(2, virtioRng({ legacy }))),
    ...Object.fromEntries([3, 4, 5, 6, 7].map((index) => [`virtio${index}`, empty(index)])),
  };
}

type Empty = ReturnType<typeof virtioSlot>;
type RowOf<D> = D extends DeviceType<infer T> ? DeviceRow<T> : never;
/** What is in a slot: the device that an option puts there, else nothing. */
type SlotOf<O, I extends number, K extends string, V, D> = O extends { readonly [P in K]: V }
  ? Record<K, RowOf<D>>
  : Record<`virtio${I}`, RowOf<Empty>>;
/** The devices of a board, by its options. */
export type VirtDevices<O extends VirtOptions> = ReturnType<typeof commonDevices> &
  SlotOf<O, 0, 'disk', object, ReturnType<typeof virtioBlk>> &
  SlotOf<O, 1, 'virtconsole', true, ReturnType<typeof virtioSerial>> &
  SlotOf<O, 2, 'rng', true, ReturnType<typeof virtioRng>> &
  Record<`virtio${3 | 4 | 5 | 6 | 7}`, RowOf<Empty>>;
/** A board with the devices that its options give it. */
export type VirtBoard<O extends VirtOptions> = Board<
  Extract<VirtDevices<O>, DeviceRows>,
  Record<never, never>,
  PlatformHandles
>;

/**
 * QEMU's `virt` machine (7.2): same addresses, interrupt numbers, reset ROM and device tree.
 * @throws UsageError when a file has no room in RAM, or is a broken ELF
 */
export const riscvVirtBoard = <const O extends VirtOptions>(options: O): VirtBoard<O> => withChip(virtBoard(options));

function virtBoard<const O extends VirtOptions>(options: O): VirtBoard<O> {
  const { xlen, harts = 1, ram: ramSize = VIRT.ram.size } = options;
  checkSizes(harts, ramSize, options.flash);
  const plan = planOf(options, xlen, ramSize);
  const { resetRom: mrom, pciPorts, pciConfiguration, pciMemory } = VIRT;
  const chip = () =>
    defineChip({
      name: 'riscv-virt',
      cpu: coreOf(options),
      hertz: MHz(100),
      clocks: { 'uart0-input': VIRT.uart0.hertz },
      memories: {
        mrom: rom(mrom.address, mrom.size, { contents: resetRom(xlen, plan) }),
        dram: ram(VIRT.ram.address, ramSize),
        ...flashMemories(options),
      },
      devices: { ...commonDevices(options, harts), ...virtioDevices(options) } as DeviceRows,
      contents: () => [...plan.segments, treeOf(options, plan)],
      loaded: plan.programs ?? [],
      // too large to keep what is written there: an access is an access fault that says so
      absent: {
        'PCIe I/O ports': pciPorts,
        'PCIe configuration space': pciConfiguration,
        'PCIe memory space': pciMemory,
      },
    });
  const board = defineBoard({ name: xlen === 32 ? 'riscv-virt' : 'riscv-virt64', chip, checked: true });
  return board as unknown as VirtBoard<O>;
}

/** As QEMU 7.2: with a first flash the reset ROM jumps there, whatever is in RAM; a second one holds what firmware goes on with. */
function planOf(options: VirtOptions, xlen: Xlen, ramSize: number): BootPlan {
  const plan = planBoot({ base: VIRT.ram.address, size: ramSize }, xlen, options);
  const [first, second] = options.flash ?? [];
  if (second !== undefined && options.kernel !== undefined) {
    throw new UsageError({
      what: 'a kernel beside flash 1: firmware goes on in that flash and finds the kernel in fw_cfg, which has no files here',
      where: 'riscvVirtBoard',
      remedy: 'leave out the kernel, or flash 1',
    });
  }
  return {
    ...plan,
    ...(first !== undefined && { start: flashAddress(0) }),
    ...(second !== undefined && { next: flashAddress(1) }),
  };
}

function checkSizes(harts: number, ramSize: number, flash: VirtOptions['flash'] = []): void {
  const refuse = (what: string, remedy: string) => {
    throw new UsageError({ what, where: 'riscvVirtBoard', remedy });
  };
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS) {
    refuse(`a board of ${harts} harts`, `give 1 to ${MOST_HARTS}`);
  }
  if (!Number.isInteger(ramSize) || ramSize < MiB(4) || ramSize > MOST_RAM || ramSize % MiB(2) !== 0) {
    refuse(`RAM of ${ramSize} bytes`, 'give a multiple of 2 MiB from 4 MiB to 2 GiB');
  }
  for (const [i, image] of flash.entries()) {
    if (image !== undefined && image.length > VIRT.flash.size) {
      refuse(`${image.length} bytes for flash ${i}`, 'give 32 MiB at most');
    }
  }
}

const EXTENSIONS: Readonly<Record<Xlen, string>> = {
  32: 'imafdc_zba_zbb_zbc_zbs_sstc',
  64: 'imafdc_zba_zbb_zbc_zbs_sstc',
};
const PAGING = { 32: 'sv32', 64: 'sv39' } as const;

function coreOf({ xlen, harts = 1 }: VirtOptions): CpuType<PlatformHandles> {
  return riscvPlatform({
    xlen,
    isa: EXTENSIONS[xlen],
    modes: 'msu',
    harts,
    resetVector: VIRT.resetRom.address,
    mmu: [PAGING[xlen]],
    timebase: VIRT.timebase,
    clint: VIRT.clint.address,
    plic: VIRT.plic.address,
    sources: VIRT.plic.sources,
  });
}

/** As device trees name it: `rv64imafdc_zicsr_zifencei_zba`. */
function isaText(xlen: Xlen): string {
  const [letters, ...names] = EXTENSIONS[xlen].split('_');
  return [`rv${xlen}${letters}`, 'zicsr', 'zifencei', ...names].join('_');
}

function treeOf({ xlen, harts = 1, ram: ramSize = VIRT.ram.size, append }: VirtOptions, plan: BootPlan): LoadSegment {
  const { tree, initrd } = plan;
  const described = virtTree({ harts, isa: isaText(xlen), mmu: `riscv,${PAGING[xlen]}`, ramSize, append, initrd });
  return { physicalAddress: tree, data: encodeDtb(described) };
}

/** QEMU's `virt` with RV32. */
export const riscvVirt = virtBoard({ xlen: 32 });

/** QEMU's `virt` with RV64. */
export const riscvVirt64 = virtBoard({ xlen: 64 });
