import { UsageError } from '../emu/errors.js';
import type { MemoryRow } from '../emu/machine-description.js';
import { encodeDtb } from '../machine-file/devicetree/dtb.js';
import { spiFlash } from '../machine-file/kinds/bus-parts.js';
import { notModelledBlock } from '../machine-file/kinds/common.js';
import { terminal } from '../machine-file/kinds/parts.js';
import { testFinisher } from '../machine-file/kinds/riscv.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import {
  fu540Otp,
  fu540Prci,
  sifiveCcache,
  sifiveGpio,
  sifiveI2c,
  sifivePwm,
  sifiveSpi,
  sifiveSpiFlash,
  sifiveUart,
} from '../machine-file/kinds/sifive.js';
import { defineBoard, defineChip, withChip } from './define.js';
import { type BootOptions, type BootPlan, planBoot } from './riscv-boot.js';
import { at, ram, rom } from './rows.js';
import { UNLEASHED } from './sifive-u-map.js';
import { unleashedTree } from './sifive-u-tree.js';

export interface SifiveUOptions extends BootOptions {
  /** U54 harts beside the E51, 1 to 4; default 1. */
  readonly harts?: number;
  /** Bytes of RAM; default 128 MiB. */
  readonly ram?: number;
  /** The serial number in the OTP; default 1. */
  readonly serial?: number;
  /**
   * The mode-select pins, as QEMU has them: it starts in RAM (0, the default), in the flash of QSPI0 (1) or in the L2 LIM (6, 11).
   * Firmware is loaded there.
   */
  readonly msel?: number;
}

const MOST_HARTS = 4;
/** Behind the word that shows the mode-select pins (6.1). */
const RESET_VECTOR = UNLEASHED.modeSelect.address + 4;
const TLCLK = 'tlclk';
/** 7.1: the peripherals run on half of the cores' clock, which is the crystal's after a reset. */
const TLCLK_HERTZ = UNLEASHED.hfclk / 2;
/** 13.9: 115,200 baud at that rate. */
const UART_DIVISOR = Math.floor(TLCLK_HERTZ / 115_200) - 1;

/** Where the reset code goes on, by the mode-select pins; in RAM if not here. */
const BOOT_SOURCES: Readonly<Record<number, { readonly address: number; readonly size: number }>> = {
  1: UNLEASHED.flash,
  6: UNLEASHED.l2lim,
  11: UNLEASHED.l2lim,
};

const lines = (count: number, first: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`irq${i}`, first + i]));

function devices(serial: number | undefined) {
  const { l2cc, uart0, uart1, pwm0, pwm1, qspi0, qspi1, qspi2, gpio } = UNLEASHED;
  const uart = (place: typeof uart0 | typeof uart1) =>
    at(place.address, sifiveUart({ div: UART_DIVISOR }), { irq: place.irq, clock: TLCLK });
  const named = (block: string, place: { readonly address: number }, size: number) =>
    at(place.address, notModelledBlock(block, { size }));
  return {
    l2cc: at(l2cc.address, sifiveCcache({ banks: 4, ways: 16, setsLog2: 9, blockLog2: 6, masters: 23 }), {
      irq: lines(3, l2cc.irqs[0]),
    }),
    test: at(UNLEASHED.test.address, testFinisher, { wires: { halt: 'cpu.halt' } }),
    busErrors: named('bus-error units', UNLEASHED.busErrors, UNLEASHED.busErrors.size),
    ...itimEnds(named),
    pdma: named('platform DMA', UNLEASHED.pdma, 0x4000),
    prci: at(UNLEASHED.prci.address, fu540Prci({ hfxosc: UNLEASHED.hfclk, tlclk: TLCLK })),
    uart0: uart(uart0),
    uart1: uart(uart1),
    pwm0: at(pwm0.address, sifivePwm({ width: 16 }), { irq: lines(4, pwm0.irq), clock: TLCLK }),
    pwm1: at(pwm1.address, sifivePwm({ width: 16 }), { irq: lines(4, pwm1.irq), clock: TLCLK }),
    i2c: at(UNLEASHED.i2c.address, sifiveI2c(), { irq: UNLEASHED.i2c.irq, clock: TLCLK }),
    qspi0: at(qspi0.address, sifiveSpiFlash({ pins: 'QSPI0' }), { irq: qspi0.irq, clock: TLCLK }),
    qspi1: at(qspi1.address, sifiveSpi({ pins: 'QSPI1', selects: 4 }), { irq: qspi1.irq, clock: TLCLK }),
    qspi2: at(qspi2.address, sifiveSpi({ pins: 'QSPI2' }), { irq: qspi2.irq, clock: TLCLK }),
    gpio: at(gpio.address, sifiveGpio({ pins: gpio.pins, restart: gpio.restart }), {
      irq: lines(gpio.pins, gpio.irq),
      clock: TLCLK,
    }),
    otp: at(UNLEASHED.otp.address, fu540Otp(serial === undefined ? {} : { serial })),
    gem: named('Ethernet (GEMGXL)', UNLEASHED.gem, 0x2000),
    gemManagement: named('Ethernet management', UNLEASHED.gemManagement, 0x1000),
    pinControl: named('pin control', UNLEASHED.pinControl, 0x1000),
    ddrController: named('DDR controller', UNLEASHED.ddrController, UNLEASHED.ddrController.size),
    physicalFilter: named('physical filter of the DDR controller', UNLEASHED.physicalFilter, 0x1000),
    ddrManagement: named('DDR management', UNLEASHED.ddrManagement, 0x1000),
  };
}

/** 3.1.1, 4.1.1: a byte written behind an ITIM gives it back to the cache; here the memory is there all the time. */
function itimEnds<T>(
  named: (block: string, place: { readonly address: number }, size: number) => T,
): Record<string, T> {
  const { address, stride, sizes } = UNLEASHED.itim;
  const ends = sizes.map((size, hart) => {
    const place = { address: address + hart * stride + size };
    return [`itim${hart}End`, named(`giving the ITIM of hart ${hart} back to the cache`, place, 0x100)] as const;
  });
  return Object.fromEntries(ends);
}

/** One for each hart of the chip. */
function itims(): Record<string, MemoryRow> {
  const { address, stride, sizes } = UNLEASHED.itim;
  return Object.fromEntries(sizes.map((size, hart) => [`itim${hart}`, ram(address + hart * stride, size)]));
}

/**
 * SiFive HiFive Unleashed with the FU540-C000, which QEMU has as `sifive_u`: an E51 and up to four U54. The reset code and the device
 * tree are QEMU's.
 */
export const sifiveUBoard = (options: SifiveUOptions = {}) => withChip(board(options));

function board(options: SifiveUOptions = {}) {
  const { harts = 1, ram: ramSize = UNLEASHED.ram.size, append } = options;
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS) {
    throw new UsageError({ what: `a board of ${harts} U54`, where: 'sifiveUBoard', remedy: `give 1 to ${MOST_HARTS}` });
  }
  const plan = bootPlan(options, ramSize);
  const { modeSelect, dtim, l2lim, l2zero, flash, errorDevice } = UNLEASHED;
  const tree = () => unleashedTree({ harts, ramSize, append, initrd: plan.initrd });
  const chip = () =>
    defineChip({
      name: 'fu540-c000',
      cpu: coreComplex(harts),
      hertz: UNLEASHED.hfclk,
      clocks: { [TLCLK]: TLCLK_HERTZ },
      memories: {
        mrom: rom(modeSelect.address, modeSelect.size, { contents: modeSelectRom(plan, options.msel) }),
        dtim: ram(dtim.address, dtim.size),
        ...itims(),
        l2lim: ram(l2lim.address, l2lim.size),
        l2zero: ram(l2zero.address, l2zero.size),
        flash: rom(flash.address, flash.size, { fill: 0xff, controller: 'qspi0.flash' }),
        dram: ram(UNLEASHED.ram.address, ramSize),
      },
      devices: devices(options.serial),
      contents: () => [...plan.segments, { physicalAddress: plan.tree, data: encodeDtb(tree()) }],
      loaded: plan.programs ?? [],
      absent: {
        'debug memory outside debug mode': { address: 0, size: 0x1000 },
        'published contents of its mask ROM': { address: 0x1_0000, size: 0x8000 },
        [`L2 zero device behind its first ${l2zero.size >> 20} MiB`]: {
          address: l2zero.address + l2zero.size,
          size: l2zero.window - l2zero.size,
        },
        'error device (every access is an error)': errorDevice,
        'flash on QSPI1': { address: 0x3000_0000, size: 0x1000_0000 },
        ChipLink: { address: 0x4000_0000, size: 0x2000_0000 },
        [`flash behind its first ${flash.size >> 20} MiB`]: {
          address: flash.address + flash.size,
          size: flash.window - flash.size,
        },
      },
    });
  return defineBoard({
    name: 'sifive-u',
    chip,
    checked: true,
    parts: {
      flash0: spiFlash('qspi0', { select: 'QSPI0_CS0', mapped: true, jedec: [0x9d, 0x60] }),
      console: terminal('uart0'),
    },
  });
}

function bootPlan({ msel = 0, ...options }: SifiveUOptions, ramSize: number): BootPlan {
  const ramRange = { base: UNLEASHED.ram.address, size: ramSize };
  if (msel === 0) return planBoot(ramRange, 64, options);
  const source = BOOT_SOURCES[msel];
  if (source === undefined)
    throw new UsageError({ what: `msel ${msel}`, where: 'sifiveUBoard', remedy: 'give 0, 1, 6 or 11' });
  const { bios, ...others } = options;
  const first = planBoot({ base: source.address, size: source.size }, 64, bios === undefined ? {} : { bios });
  const rest = planBoot(ramRange, 64, others);
  const programs = [...(first.programs ?? []), ...(rest.programs ?? [])];
  return { ...rest, start: source.address, segments: [...first.segments, ...rest.segments], programs };
}

/** Manual, chapters 3 and 4: eight PMP entries, misaligned accesses trap. */
function coreComplex(harts: number) {
  return riscvPlatform({
    xlen: 64,
    isa: 'imafdc',
    modes: 'msu',
    harts: 1 + harts,
    monitor: { isa: 'imac', modes: 'mu' },
    pmpEntries: 8,
    mmu: ['sv39'],
    misaligned: 'trap',
    resetVector: RESET_VECTOR,
    timebase: UNLEASHED.timebase,
    clint: UNLEASHED.clint.address,
    plic: UNLEASHED.plic.address,
    sources: UNLEASHED.plic.sources,
    priorities: 7,
  });
}

/**
 * 6.1: the mode-select pins, then the reset code: a0 = mhartid, a1 = device tree, a2 = information for a dynamic OpenSBI, as QEMU's does
 * it, with the double-words where a core that traps misaligned loads can read them.
 */
function modeSelectRom({ start, next, tree }: BootPlan, msel = 0): Uint8Array {
  const words = [
    msel, // 0x1000
    0x0000_0297, // 0x1004: auipc t0, 0
    0x02c2_8613, // addi a2, t0, 44
    0xf140_2573, // csrr a0, mhartid
    0x0242_b583, // ld a1, 36(t0)
    0x01c2_b283, // ld t0, 28(t0)
    0x0002_8067, // jr t0
    0,
    ...[start, 0, tree, 0], // 0x1020, 0x1028
    ...[0x4942_534f, 0, 2, 0, next, 0, 1, 0, 0, 0, 0, 0], // 0x1030: fw_dynamic_info: magic, version 2, next, S mode, options, boot hart
  ];
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** HiFive Unleashed with one U54. */
export const sifiveU = board();
