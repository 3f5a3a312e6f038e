import { LF_HERTZ } from '../emu/devices/riscv/sifive-aon/aon.js';
import { notModelledBlock } from '../machine-file/kinds/common.js';
import { riscvPlatform } from '../machine-file/kinds/riscv-cpus.js';
import {
  fe310Otp,
  fe310Prci,
  sifiveAon,
  sifiveGpio,
  sifiveI2c,
  sifivePwm,
  sifiveSpi,
  sifiveSpiFlash,
  sifiveUart,
} from '../machine-file/kinds/sifive.js';
import { defineChip } from './define.js';
import { OTP_CONTENTS, RESET_ROM_CONTENTS, RESET_VECTOR } from './fe310-roms.js';
import { at, KiB, MHz, MiB, ram, rom } from './rows.js';

/** SiFive FE310-G002: manual v19p05, table 4 (addresses) and table 26 (interrupts). */

/** Nominal core clock after a reset: the ring oscillator (6.3). */
const RESET_HERTZ = 13_800_000;
/** 18.9: 115,200 baud at that clock. */
const RESET_DIVISOR = Math.floor(RESET_HERTZ / 115_200) - 1;
/** CLINT and AON block count the low-frequency clock (9.3, 13). */
const LFCLK = 'mtime';

export interface Fe310Options {
  /** The crystal in Hz, 0 if there is none; 16 MHz if not given, as on HiFive1. */
  readonly hfxosc?: number;
  /** Bytes of the flash on QSPI0; 16 MiB if not given. */
  readonly flash?: number;
}

const WINDOW = 0x2000_0000;
const WINDOW_SIZE = MiB(512);

export function fe310(options: Fe310Options = {}) {
  const { hfxosc = MHz(16), flash = MiB(16) } = options;
  return defineChip({
    name: 'fe310-g002',
    cpu: e31(),
    hertz: RESET_HERTZ,
    memories: {
      mrom: rom(0x1000, KiB(8), { contents: RESET_ROM_CONTENTS }),
      otp: rom(0x2_0000, KiB(8), { fill: 0xff, contents: OTP_CONTENTS, controller: 'otpCtrl.cells' }),
      itim: ram(0x800_0000, KiB(8)),
      xip: rom(WINDOW, flash, { fill: 0xff, controller: 'qspi0.flash' }),
      dtim: ram(0x8000_0000, KiB(16)),
    },
    devices: {
      // 3.1.1: a byte written behind the ITIM gives it back to the cache; here the memory is there all the time
      itimEnd: at(0x800_2000, notModelledBlock('giving the ITIM back to the cache', { size: 0x100 })),
      aon: at(0x1000_0000, sifiveAon({ lfclk: LFCLK }), { irq: { wdogirq: 1, rtcirq: 2 }, clock: LFCLK }),
      prci: at(0x1000_8000, fe310Prci({ hfxosc }), { wires: { off: 'aon.off' } }),
      otpCtrl: at(0x1001_0000, fe310Otp),
      gpio0: at(0x1001_2000, sifiveGpio({ iof: 'fe310-g002' }), { irq: gpioLines() }),
      uart0: at(0x1001_3000, sifiveUart({ tx: 'UART0_TX', rx: 'UART0_RX', div: RESET_DIVISOR }), { irq: 3 }),
      qspi0: at(0x1001_4000, sifiveSpiFlash({ pins: 'QSPI0' }), { irq: 5 }),
      pwm0: at(0x1001_5000, sifivePwm({ width: 8, pins: 'PWM0_PWM' }), { irq: pwmLines(40) }),
      i2c0: at(0x1001_6000, sifiveI2c({ pins: 'I2C0' }), { irq: 52 }),
      uart1: at(0x1002_3000, sifiveUart({ tx: 'UART1_TX', rx: 'UART1_RX', div: RESET_DIVISOR }), { irq: 4 }),
      spi1: at(0x1002_4000, sifiveSpi({ pins: 'SPI1', multiplexed: true, selects: 4 }), { irq: 6 }),
      pwm1: at(0x1002_5000, sifivePwm({ width: 16, pins: 'PWM1_PWM' }), { irq: pwmLines(44) }),
      spi2: at(0x1003_4000, sifiveSpi({ pins: 'SPI2', multiplexed: true }), { irq: 7 }),
      pwm2: at(0x1003_5000, sifivePwm({ width: 16, pins: 'PWM2_PWM' }), { irq: pwmLines(48) }),
    },
    absent: {
      'debug memory outside debug mode': { address: 0, size: 0x1000 },
      'error device (every access is an error)': { address: 0x3000, size: 0x1000 },
      'published contents of its mask ROM': { address: 0x1_0000, size: KiB(8) },
      [`flash behind its first ${flash / MiB(1)} MiB`]: { address: WINDOW + flash, size: WINDOW_SIZE - flash },
    },
  });
}

/** The E31 core complex: manual chapters 3 and 7 (user mode, eight PMP entries), 10 (52 sources). Misaligned accesses trap (3.4). */
function e31() {
  return riscvPlatform({
    xlen: 32,
    isa: 'imac',
    modes: 'mu',
    pmpEntries: 8,
    misaligned: 'trap',
    resetVector: RESET_VECTOR,
    timebase: LF_HERTZ,
    clint: 0x200_0000,
    plic: 0xc00_0000,
    sources: 52,
    priorities: 7,
  });
}

/** PLIC sources 8 to 39. */
function gpioLines(): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 32 }, (_, pin) => [`irq${pin}`, 8 + pin]));
}
function pwmLines(first: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: 4 }, (_, comparator) => [`irq${comparator}`, first + comparator]));
}
