import { notModelledBlock } from '../machine-file/kinds/common.js';
import { terminal } from '../machine-file/kinds/parts.js';
import { ns16550 } from '../machine-file/kinds/riscv.js';
import { sifiveU54 } from '../machine-file/kinds/riscv-cpus.js';
import { mmuartExtension, pfsocSysreg, sifiveCcache } from '../machine-file/kinds/sifive.js';
import { defineBoard, defineChip } from './define.js';
import { resetRom } from './riscv-boot.js';
import { at, KiB, MHz, MiB, ram, rom } from './rows.js';

/** Microchip PolarFire SoC Icicle Kit, as QEMU 7.2 has it: an E51 and four U54. */

const ENVM = 0x2022_0000;
const DDR = 0x8000_0000;
/** Clock of the AHB and APB buses with the core at 600 MHz. */
const BUS_HERTZ = MHz(150);
const plan = { start: DDR, next: 0, tree: 0 };
/** Where the bare-metal library links what is to run from eNVM: the 256 bytes before it are the system controller's. */
const ENVM_SELECTOR = [
  0x2022_0337, // lui t1, 0x20220
  0x1003_2283, // lw t0, 0x100(t1)
  0x0202_8c63, // beqz t0, 0x40
  0x1003_0313, // addi t1, t1, 0x100
  0x0003_0067, // jr t1
];
const SELECTOR_ROOM = 0x40;

/**
 * The eNVM begins with code that starts what is in it from 0x100 on, or if there is nothing what was loaded into DDR; firmware of one's
 * own takes its place.
 */
function envmContents(): Uint8Array {
  const toDdr = resetRom(64, plan);
  const bytes = new Uint8Array(SELECTOR_ROOM + toDdr.length);
  bytes.set(new Uint8Array(Uint32Array.from(ENVM_SELECTOR).buffer));
  bytes.set(toDdr, SELECTOR_ROOM);
  return bytes;
}

const UARTS = [0x2000_0000, 0x2010_0000, 0x2010_2000, 0x2010_4000, 0x2010_6000] as const;
const FIRST_UART_LINE = 90;

type Numbered<N extends string, T> = Record<`${N}${0 | 1 | 2 | 3 | 4}`, T>;

function uarts() {
  const rows = UARTS.map((address, i) => {
    const line = { irq: FIRST_UART_LINE + i, clock: 'apb' };
    return [`mmuart${i}`, at(address, ns16550({ stride: 4 }), line)] as const;
  });
  const rest = UARTS.map(
    (address, i) =>
      [`mmuart${i}Modes`, at(address + 0x20, mmuartExtension, { wires: { fraction: `mmuart${i}.fraction` } })] as const,
  );
  return { ...Object.fromEntries(rows), ...Object.fromEntries(rest) } as Numbered<'mmuart', (typeof rows)[number][1]> &
    Record<`mmuart${0 | 1 | 2 | 3 | 4}Modes`, (typeof rest)[number][1]>;
}

/** One of each hart. */
function watchdogs() {
  const places = [0x2000_1000, 0x2010_1000, 0x2010_3000, 0x2010_5000, 0x2010_7000];
  return Object.fromEntries(places.map((address, i) => [`wdog${i}`, at(address, named(`watchdog ${i}`, 0x1000))]));
}

const named = (block: string, size: number) => notModelledBlock(block, { size });

const chip = () =>
  defineChip({
    name: 'mpfs250t',
    cpu: sifiveU54({
      xlen: 64,
      isa: 'imafdc',
      modes: 'msu',
      harts: 5,
      monitor: { isa: 'imac', modes: 'mu' },
      pmpEntries: 16,
      mmu: ['sv39'],
      misaligned: 'trap',
      resetVector: ENVM,
      timebase: MHz(1),
      clint: 0x200_0000,
      plic: 0xc00_0000,
      sources: 186,
      priorities: 7,
    }),
    hertz: MHz(600),
    clocks: { apb: BUS_HERTZ },
    memories: {
      dtim: ram(0x100_0000, KiB(8)),
      // one of each hart: the E51's is hart 0's (linker scripts of the bare-metal library)
      ...Object.fromEntries([0, 1, 2, 3, 4].map((hart) => [`itim${hart}`, ram(0x180_0000 + hart * 0x8000, KiB(28))])),
      l2lim: ram(0x800_0000, MiB(2)),
      // the zero device, whose lines stay in the cache: its scratchpad
      scratchpad: ram(0xa00_0000, MiB(2)),
      envm: rom(ENVM, KiB(128), { contents: envmContents() }),
      ddr: ram(DDR, MiB(1024), { aliases: [0xc000_0000] }),
    },
    devices: {
      l2cc: at(0x201_0000, sifiveCcache({ banks: 4, ways: 16, setsLog2: 9, blockLog2: 6, masters: 16 }), {
        irq: { irq0: 1, irq1: 2, irq2: 3 },
      }),
      busErrors: at(0x170_0000, named('bus-error units', 5 * 0x1000)),
      dma: at(0x300_0000, named('DMA', 0x4000)),
      ...uarts(),
      ...watchdogs(),
      sysreg: at(0x2000_2000, pfsocSysreg),
      axisw: at(0x2000_4000, named('AXI switch', 0x1000)),
      mpucfg: at(0x2000_5000, named('memory protection units', 0x1000)),
      fmeter: at(0x2000_6000, named('frequency meter', 0x1000)),
      ddrPhy: at(0x2000_7000, named('DDR SGMII PHY', 0x1000)),
      sdCard: at(0x2000_8000, named('eMMC and SD controller', 0x1000)),
      ddrCfg: at(0x2008_0000, named('DDR controller', 0x1000)),
      spi0: at(0x2010_8000, named('SPI 0', 0x1000)),
      spi1: at(0x2010_9000, named('SPI 1', 0x1000)),
      i2c0: at(0x2010_a000, named('I2C 0', 0x1000)),
      i2c1: at(0x2010_b000, named('I2C 1', 0x1000)),
      can0: at(0x2010_c000, named('CAN 0', 0x1000)),
      can1: at(0x2010_d000, named('CAN 1', 0x1000)),
      gem0: at(0x2011_0000, named('Ethernet 0', 0x2000)),
      gem1: at(0x2011_2000, named('Ethernet 1', 0x2000)),
      gpio0: at(0x2012_0000, named('GPIO 0', 0x1000)),
      gpio1: at(0x2012_1000, named('GPIO 1', 0x1000)),
      gpio2: at(0x2012_2000, named('GPIO 2', 0x1000)),
      rtc: at(0x2012_4000, named('RTC', 0x1000)),
      timer: at(0x2012_5000, named('timer', 0x1000)),
      h2f: at(0x2012_6000, named('hart-to-fabric interrupts', 0x1000)),
      envmCfg: at(0x2020_0000, named('eNVM controller', 0x1000)),
      usb: at(0x2020_1000, named('USB', 0x1000)),
    },
    absent: {
      'QSPI flash': { address: 0x2100_0000, size: MiB(16) },
      'second view of the peripherals (AMP context B)': { address: 0x2800_0000, size: MiB(16) },
      'system controller (IOSCB)': { address: 0x3000_0000, size: MiB(256) },
    },
  });

/** Microchip's Icicle Kit. */
export const microchipIcicleKit = defineBoard({
  name: 'microchip-icicle-kit',
  chip,
  checked: true,
  parts: { console: terminal('mmuart0') },
});
