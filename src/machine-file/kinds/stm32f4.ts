import { bkpsram as makeBkpsram } from '../../emu/devices/stm32f4/bkpsram.js';
import { crc as makeCrc } from '../../emu/devices/stm32f4/crc.js';
import { dbgmcu as makeDbgmcu } from '../../emu/devices/stm32f4/dbgmcu.js';
import { exti as makeExti } from '../../emu/devices/stm32f4/exti.js';
import { flashInterface as makeFlash } from '../../emu/devices/stm32f4/flash-interface.js';
import { gpio as makeGpio, pinCount } from '../../emu/devices/stm32f4/gpio.js';
import { pwr as makePwr } from '../../emu/devices/stm32f4/pwr.js';
import { rcc as makeRcc } from '../../emu/devices/stm32f4/rcc.js';
import { rng as makeRng } from '../../emu/devices/stm32f4/rng.js';
import { rtc as makeRtc } from '../../emu/devices/stm32f4/rtc/rtc.js';
import { signature as makeSignature } from '../../emu/devices/stm32f4/signature.js';
import { syscfg as makeSyscfg } from '../../emu/devices/stm32f4/syscfg.js';
import { unmodelledBlock as makeUnmodelled } from '../../emu/devices/stm32f4/unmodelled-block.js';
import { iwdg as makeIwdg } from '../../emu/devices/stm32f4/watchdog/iwdg.js';
import { wwdg as makeWwdg } from '../../emu/devices/stm32f4/watchdog/wwdg.js';
import { deviceKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** The STM32F4's system blocks. Ports and serial peripherals: `stm32f4-serial.ts`, timers and converters: `stm32f4-timers.ts`. */

const source = (o: OptionSchemas) =>
  o.z.union([o.hertz, o.z.strictObject({ hertz: o.hertz, external: o.flag.pipe(o.z.literal(true)) })]).optional();

export const rcc = deviceKind(
  {
    type: 'stm32f4-rcc',
    summary: 'reset and clock control (RM0090 7)',
    takes: ['...'],
    shape: (o) => ({
      hse: source(o).describe('the crystal, or { hertz, external: true } for a clock on OSC_IN; none if not given'),
      lse: source(o).describe('the 32 kHz crystal, or a clock on OSC32_IN'),
      i2sCkin: o.hertz.optional().describe('a clock on the pin I2S_CKIN'),
    }),
  },
  makeRcc,
);

export const pwr = deviceKind(
  {
    type: 'stm32f4-pwr',
    summary: 'power control (RM0090 5)',
    takes: ['...'],
    shape: (o) => ({
      vdd: o.number.optional().describe('volts; 3.3 if not given'),
      vbat: o.number.optional().describe('volts of a battery'),
    }),
  },
  makePwr,
);

export const flashInterface = deviceKind(
  {
    type: 'stm32f4-flash',
    summary: 'flash memory interface, controller of flash, OTP and option bytes (RM0090 3)',
    takes: ['...'],
    shape: (o) => ({ flashKiB: o.integer, bootsFromFlash: o.flag.optional() }),
  },
  makeFlash,
);

export const syscfg = deviceKind(
  {
    type: 'stm32f4-syscfg',
    summary: 'system configuration (RM0090 9)',
    takes: ['...'],
    shape: (o) => ({ boot: o.z.enum(['flash', 'system', 'sram']).optional().describe('what the BOOT pins select') }),
  },
  makeSyscfg,
);

export const exti = deviceKind({ type: 'stm32f4-exti', summary: 'external interrupts (RM0090 12)' }, makeExti);

/** `gpioa` is port A. */
const portOf = (name: string) => ({ port: (/^gpio([a-i])$/i.exec(name)?.[1] ?? 'A').toUpperCase() });

export const gpio = deviceKind(
  {
    type: 'stm32-gpio',
    summary: 'a port of up to 16 pins, PA0 … (RM0090 8)',
    takes: ['port'],
    shape: (o) => ({
      port: o.z
        .enum([...'ABCDEFGHI'])
        .optional()
        .describe("its letter; that of its name if not given: 'gpioa'"),
    }),
    fromName: portOf,
    pin: ({ port }, number) => (number < pinCount(String(port)) ? `P${port}${number}` : undefined),
  },
  makeGpio,
);

export const dbgmcu = deviceKind({ type: 'stm32f4-dbgmcu', summary: 'debug support (RM0090 38.16)' }, makeDbgmcu);

export const signature = deviceKind(
  {
    type: 'stm32f4-signature',
    summary: 'unique id, flash size, calibration (RM0090 39)',
    takes: ['flashKiB', 'uniqueId'],
    shape: (o) => ({ flashKiB: o.integer, uniqueId: o.z.tuple([o.integer, o.integer, o.integer]).optional() }),
  },
  makeSignature,
);

export const unmodelledBlock = deviceKind(
  {
    type: 'stm32f4-unmodelled',
    summary: 'a block that has its registers and no behaviour; its first use is reported',
    takes: ['block', 'size', 'registers', 'narrow'],
    shape: (o) => ({
      block: o.text.describe('what it is called in reports'),
      size: o.size,
      registers: o.text.describe("names at ascending offsets of 4: 'CR SR=0x2 @0x20 DR'"),
      narrow: o.z.enum(['merge', 'fault', 'widen']).optional().describe('what accesses narrower than a word do'),
    }),
  },
  makeUnmodelled,
);

export const crc = deviceKind({ type: 'stm32f4-crc', summary: 'CRC unit (RM0090 4)' }, makeCrc);
export const rng = deviceKind(
  {
    type: 'stm32f4-rng',
    summary: 'random number generator (RM0090 24)',
    takes: ['...'],
    shape: (o) => ({ seed: o.integer.optional().describe('which sequence comes') }),
  },
  makeRng,
);
export const rtc = deviceKind({ type: 'stm32f4-rtc', summary: 'real-time clock (RM0090 26)' }, makeRtc);
export const bkpsram = deviceKind({ type: 'stm32f4-bkpsram', summary: 'backup SRAM (RM0090 5.1.2)' }, makeBkpsram);
export const iwdg = deviceKind({ type: 'stm32-iwdg', summary: 'independent watchdog (RM0090 21)' }, makeIwdg);
export const wwdg = deviceKind({ type: 'stm32-wwdg', summary: 'window watchdog (RM0090 22)' }, makeWwdg);
