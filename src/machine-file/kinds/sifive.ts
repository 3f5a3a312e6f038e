import { mmuartExtension as theMmuartExtension } from '../../emu/devices/riscv/microchip/mmuart-extension.js';
import { pfsocSysreg as thePfsocSysreg } from '../../emu/devices/riscv/microchip/sysreg.js';
import { shaktiUart as theShaktiUart } from '../../emu/devices/riscv/shakti-uart/shakti-uart.js';
import { sifiveAon as makeAon } from '../../emu/devices/riscv/sifive-aon/aon.js';
import { sifiveCcache as makeCcache } from '../../emu/devices/riscv/sifive-ccache/ccache.js';
import { sifiveGpio as makeGpio } from '../../emu/devices/riscv/sifive-gpio/gpio.js';
import { IOF_MAPS } from '../../emu/devices/riscv/sifive-gpio/iof-map.js';
import { sifiveI2c as makeI2c } from '../../emu/devices/riscv/sifive-i2c/i2c.js';
import { fe310Otp as theFe310Otp } from '../../emu/devices/riscv/sifive-otp/fe310-otp.js';
import { fu540Otp as makeFu540Otp } from '../../emu/devices/riscv/sifive-otp/fu540-otp.js';
import { fe310Prci as makeFe310Prci } from '../../emu/devices/riscv/sifive-prci/fe310-prci.js';
import { fu540Prci as makeFu540Prci } from '../../emu/devices/riscv/sifive-prci/fu540-prci.js';
import { sifivePwm as makePwm } from '../../emu/devices/riscv/sifive-pwm/pwm.js';
import { sifiveSpi as makeSpi, sifiveSpiFlash as makeSpiFlash } from '../../emu/devices/riscv/sifive-spi/spi.js';
import { sifiveUart as makeUart } from '../../emu/devices/riscv/sifive-uart/uart.js';
import { deviceKind, oneDevice } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Devices of SiFive's chips, and of those that build on their cores. */

export const sifiveUart = deviceKind(
  {
    type: 'sifive-uart',
    summary: 'UART of SiFive’s chips (FE310 18)',
    takes: ['...'],
    shape: (o) => ({
      tx: o.text.optional().describe('its function at the pin multiplexer: UART0_TX'),
      rx: o.text.optional().describe('the same for the receiver'),
      div: o.integer.optional().describe('div after a reset; 0 if not given'),
    }),
  },
  makeUart,
);

export const sifiveGpio = deviceKind(
  {
    type: 'sifive-gpio',
    summary: 'GPIO port of SiFive’s chips (FE310 17)',
    takes: ['...'],
    shape: (o) => ({
      pins: o.between(1, 32).optional().describe('how many; 32 if not given'),
      prefix: o.text.optional().describe('of their names; GPIO if not given'),
      iof: o.z
        .enum(Object.keys(IOF_MAPS) as [keyof typeof IOF_MAPS])
        .optional()
        .describe('the chip whose functions they have'),
      restart: o.integer.optional().describe('the pin that resets the board when it is driven low'),
    }),
    pin: ({ pins = 32, prefix = 'GPIO' }, number) => (number < Number(pins) ? `${String(prefix)}${number}` : undefined),
  },
  makeGpio,
);

const spiOptions = (o: OptionSchemas) => ({
  pins: o.text.describe('names of its pins without their role: SPI1'),
  multiplexed: o.flag.optional().describe('they are functions of a pin multiplexer'),
  selects: o.between(1, 31).optional().describe('chip-select lines; 1 if not given'),
});
const spiFromName = (name: string) => ({ pins: name.toUpperCase() });

export const sifiveSpi = deviceKind(
  {
    type: 'sifive-spi',
    summary: 'SPI of SiFive’s chips (FE310 19)',
    takes: ['...'],
    shape: spiOptions,
    fromName: spiFromName,
  },
  makeSpi,
);
export const sifiveSpiFlash = deviceKind(
  {
    type: 'sifive-spi-flash',
    summary: 'the same with a flash that is seen as memory (FE310 19.16)',
    takes: ['...'],
    shape: spiOptions,
    fromName: spiFromName,
  },
  makeSpiFlash,
);

export const sifiveI2c = deviceKind(
  {
    type: 'sifive-i2c',
    summary: 'I²C master of SiFive’s chips, OpenCores’ (FE310 21)',
    takes: ['...'],
    shape: (o) => ({
      pins: o.text.optional().describe('its functions at the pin multiplexer without their role: I2C0'),
    }),
  },
  makeI2c,
);

export const sifivePwm = deviceKind(
  {
    type: 'sifive-pwm',
    summary: 'PWM of SiFive’s chips (FE310 20)',
    takes: ['...'],
    shape: (o) => ({
      width: o.oneOf(8, 16).describe('bits of its comparators'),
      pins: o.text.optional().describe('its functions at the pin multiplexer without their number: PWM1_PWM'),
    }),
    fromName: () => ({ width: 16 }),
  },
  makePwm,
);

export const sifiveAon = deviceKind(
  {
    type: 'sifive-aon',
    summary: 'always-on block of the FE310: watchdog, real-time clock, power (FE310 13 to 16)',
    takes: ['...'],
    shape: (o) => ({ lfclk: o.text.describe('name of the low-frequency clock, which it sets') }),
    fromName: () => ({ lfclk: 'mtime' }),
  },
  makeAon,
);

export const fe310Prci = deviceKind(
  {
    type: 'fe310-prci',
    summary: 'clock generation of the FE310 (chapter 6)',
    takes: ['...'],
    shape: (o) => ({ hfxosc: o.hertz.describe('Hz of the crystal, 0 for none') }),
    fromName: () => ({ hfxosc: 16e6 }),
  },
  makeFe310Prci,
);

export const fe310Otp = oneDevice(
  { type: 'fe310-otp', summary: 'one-time programmable memory of the FE310 (chapter 12)' },
  theFe310Otp,
);

export const fu540Prci = deviceKind(
  {
    type: 'fu540-prci',
    summary: 'clocks and resets of the FU540 (chapter 7)',
    takes: ['...'],
    shape: (o) => ({
      hfxosc: o.hertz.describe('Hz of the crystal'),
      tlclk: o.text.describe('name of the clock of the peripherals, which it sets'),
    }),
    fromName: () => ({ hfxosc: 33_333_333, tlclk: 'tlclk' }),
  },
  makeFu540Prci,
);

export const fu540Otp = deviceKind(
  {
    type: 'fu540-otp',
    summary: 'fuses of the FU540 (chapter 12)',
    takes: ['...'],
    shape: (o) => ({ serial: o.integer.optional().describe('serial number; 1 if not given') }),
  },
  makeFu540Otp,
);

export const sifiveCcache = deviceKind(
  {
    type: 'sifive-ccache',
    summary: 'level 2 cache controller of SiFive’s chips (FU540 10)',
    takes: ['...'],
    shape: (o) => ({
      banks: o.between(1, 255),
      ways: o.between(1, 16),
      setsLog2: o.between(0, 255).describe('log2 of the sets of a bank'),
      blockLog2: o.between(0, 255).describe('log2 of the bytes of a block'),
      masters: o.between(1, 256).describe('bus masters with a way mask'),
    }),
    fromName: () => ({ banks: 4, ways: 16, setsLog2: 9, blockLog2: 6, masters: 23 }),
  },
  makeCcache,
);

export const shaktiUart = oneDevice({ type: 'shakti-uart', summary: 'UART of the Shakti C class' }, theShaktiUart);
export const mmuartExtension = oneDevice(
  { type: 'mmuart-extension', summary: 'what PolarFire SoC’s MMUART has behind a 16550’s registers' },
  theMmuartExtension,
);
export const pfsocSysreg = oneDevice(
  { type: 'pfsoc-sysreg', summary: 'system registers of PolarFire SoC' },
  thePfsocSysreg,
);
