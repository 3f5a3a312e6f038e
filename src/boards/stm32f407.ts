import type { DeviceRow } from '../emu/device-row.js';
import type { AnalogOptions } from '../emu/devices/stm32f4/analog-options.js';
import { APB_NARROW, onApb } from '../emu/devices/stm32f4/apb.js';
import { HSI_HERTZ } from '../emu/devices/stm32f4/clock-tree.js';
import type { EXTI_INTERRUPTS } from '../emu/devices/stm32f4/exti.js';
import { FACTORY_OPTION_BYTES } from '../emu/devices/stm32f4/flash-options.js';
import { pinCount } from '../emu/devices/stm32f4/gpio.js';
import type { PwrOptions } from '../emu/devices/stm32f4/pwr.js';
import type { RccOptions } from '../emu/devices/stm32f4/rcc.js';
import { RCC_CLOCKS } from '../emu/devices/stm32f4/rcc-tree.js';
import type { UniqueId } from '../emu/devices/stm32f4/signature.js';
import type { Boot } from '../emu/devices/stm32f4/syscfg.js';
import { ABSENT, UNMODELLED, type UnmodelledRow } from '../emu/devices/stm32f4/unmodelled.js';
import type { TimingModel } from '../emu/isa/engine-mode.js';
import { cortexM4 } from '../machine-file/kinds/arm-cpus.js';
import {
  dbgmcu,
  exti,
  flashInterface,
  gpio,
  pwr,
  rcc,
  signature,
  syscfg,
  unmodelledBlock,
} from '../machine-file/kinds/stm32f4.js';
import { defineChip } from './define.js';
import { at, KiB, MiB, memoryWindow, ram, rom } from './rows.js';
import { analogRows } from './stm32f407/analog.js';
import { canRows } from './stm32f407/can.js';
import { dmaRows, rngRow } from './stm32f407/dma.js';
import { on } from './stm32f407/gates.js';
import { i2cRows } from './stm32f407/i2c.js';
import { FLASH_WIRES, PWR_WIRES, powerRows } from './stm32f407/power.js';
import { spiRows } from './stm32f407/spi.js';
import { timerRows } from './stm32f407/timers.js';
import { usartRows } from './stm32f407/usart.js';

/** STM32F407: memory map RM0090 2.3, interrupts RM0090 table 61, buses RM0090 table 1. */

export interface Stm32f407Options extends RccOptions, PwrOptions, AnalogOptions {
  /** What the BOOT pins select to lie at address 0 (RM0090 2.4). */
  readonly boot?: Boot;
  /** What cycles are: as on the part, the default, or `ideal`: no pipeline, no wait states, no caches (docs/timing.md). */
  readonly timing?: TimingModel;
  /** Kibibytes of flash: 1024 (STM32F407xG) or 512 (xE). */
  readonly flashKiB?: 512 | 1024;
  /** Seed of the random number generator: which numbers it gives, the same ones in every run. 0 if not given. */
  readonly rngSeed?: number;
  /** The 96-bit unique id at 0x1FFF7A10, three words, lowest address first (RM0090 39.1). */
  readonly uniqueId?: UniqueId;
}

/** RM0090 table 61. */
const EXTI_LINES: Readonly<Record<keyof typeof EXTI_INTERRUPTS, number>> = {
  PVD: 1,
  TAMP_STAMP: 2,
  RTC_WKUP: 3,
  EXTI0: 6,
  EXTI1: 7,
  EXTI2: 8,
  EXTI3: 9,
  EXTI4: 10,
  EXTI9_5: 23,
  EXTI15_10: 40,
  RTC_Alarm: 41,
  OTG_FS_WKUP: 42,
  ETH_WKUP: 62,
  OTG_HS_WKUP: 76,
};

/** The pins' Schmitt triggers go to SYSCFG's multiplexer, its choices to EXTI. */
const SYSCFG_WIRES = Object.fromEntries(Array.from({ length: 16 }, (_, line) => [`exti${line}`, `exti.line${line}`]));

/** Pins that oscillators and the backup domain take away from a port, beside those of Standby mode. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  A: ['pwr.wkup'],
  C: ['rtc.pc', 'rcc.lsePins'],
  H: ['rcc.hsePins'],
  I: ['rtc.pi'],
};

function port(letter: string, index: number) {
  const inputs = Array.from({ length: pinCount(letter) }, (_, pin) => [`in${pin}`, `syscfg.P${letter}${pin}`] as const);
  const wires = [...inputs, ['taken', ['pwr.pinsOff', ...(TAKEN[letter] ?? [])]] as const];
  return at(0x4002_0000 + index * 0x400, gpio(letter), {
    enable: `rcc.AHB1ENR.${index}`,
    reset: `rcc.AHB1RSTR.${index}`,
    wires: Object.fromEntries(wires),
  });
}

type UnmodelledDevices = {
  readonly [K in keyof typeof UNMODELLED as Lowercase<K>]: DeviceRow<{ readonly name: string }>;
};

/** `'APB1.17'` → `'rcc.APB1ENR.17'`. */
function gateWire(gate: string | undefined, kind: 'ENR' | 'RSTR'): string | undefined {
  const [bus, bit] = gate?.split('.') ?? [];
  return bus && `rcc.${bus}${kind}.${bit}`;
}

function unmodelledDevices(): UnmodelledDevices {
  const rows = Object.entries<UnmodelledRow>(UNMODELLED).map(([name, row]) => [
    name.toLowerCase(),
    at(row.base, unmodelledBlock(name, row.size, row.registers, onApb(row.base) ? APB_NARROW : 'merge'), {
      clock: row.clock,
      enable: gateWire(row.gate, 'ENR'),
      reset: gateWire(row.resetBit ?? row.gate, 'RSTR'),
    }),
  ]);
  return Object.fromEntries(rows) as UnmodelledDevices;
}

export function stm32f407(options: Stm32f407Options = {}) {
  const flashKiB = options.flashKiB ?? 1024;
  return defineChip({
    name: 'stm32f407',
    ...(options.timing && { timing: options.timing }),
    // SYST_CALIB: 18750 for 1 ms of HCLK/8 at 150 MHz (RM0090 12.1.2), marked as not exact (SKEW).
    cpu: cortexM4({
      irqs: 82,
      priorityBits: 4,
      sysTickDivider: 8,
      sysTickCalibration: 0x4000_493e,
      // CoreSight identification of ST (JEP106 0x020) and of the device, as DBGMCU_IDCODE (RM0090 38.6)
      romTable: { part: 0x413, designer: 0x020 },
      floatInterrupt: 81, // RM0090 table 62
    }),
    hertz: HSI_HERTZ,
    clocks: RCC_CLOCKS,
    // RM0090 2.3: APB1 from 0x4000_0000, APB2 from 0x4001_0000
    bridges: { clocks: ['apb1', 'apb2'] },
    memories: {
      flash: rom(0x0800_0000, KiB(flashKiB), { fill: 0xff, controller: 'flash.main' }),
      // ST's boot loader is not part of fwtest: an erased ROM stands in its place.
      system: rom(0x1fff_0000, KiB(30), { fill: 0xff, controller: 'flash.system' }),
      otp: rom(0x1fff_7800, 528, { fill: 0xff, controller: 'flash.otp', execute: false }),
      options: rom(0x1fff_c000, 16, { contents: FACTORY_OPTION_BYTES, controller: 'flash.options', execute: false }),
      sram1: ram(0x2000_0000, KiB(112)),
      sram2: ram(0x2001_c000, KiB(16)),
      // On the data bus only (RM0090 2.3.1).
      ccm: ram(0x1000_0000, KiB(64), { execute: false, dma: false }),
    },
    windows: {
      boot: memoryWindow(0, MiB(1), { select: 'syscfg.memoryMode', shows: ['flash', 'system', undefined, 'sram1'] }),
    },
    bitBands: [
      { alias: 0x2200_0000, target: 0x2000_0000, bytes: MiB(1) },
      { alias: 0x4200_0000, target: 0x4000_0000, bytes: MiB(1) },
    ],
    devices: {
      rcc: at(0x4002_3800, rcc(options), { irq: 5, wires: { nmi: 'cpu.nmi', sleeping: 'cpu.sleeping' } }),
      flash: at(0x4002_3c00, flashInterface({ flashKiB, bootsFromFlash: (options.boot ?? 'flash') === 'flash' }), {
        irq: 4,
        wires: { ...FLASH_WIRES, lines: 'cpu.codeLines' },
      }),
      syscfg: at(0x4001_3800, syscfg({ boot: options.boot }), { ...on('APB2', 14), wires: SYSCFG_WIRES }),
      exti: at(0x4001_3c00, exti(), { clock: 'apb2', irq: EXTI_LINES, wires: { event: 'cpu.event' } }),
      gpioa: port('A', 0),
      gpiob: port('B', 1),
      gpioc: port('C', 2),
      gpiod: port('D', 3),
      gpioe: port('E', 4),
      gpiof: port('F', 5),
      gpiog: port('G', 6),
      gpioh: port('H', 7),
      gpioi: port('I', 8),
      // Behind the ports: as Standby mode ends, it lets them drive their pins again when they have been reset.
      pwr: at(0x4000_7000, pwr(options), { ...on('APB1', 28), wires: PWR_WIRES }),
      dbgmcu: at(0xe004_2000, dbgmcu()),
      signature: at(0x1fff_7a10, signature(flashKiB, options.uniqueId)),
      ...unmodelledDevices(),
      ...usartRows,
      ...timerRows,
      ...dmaRows,
      rng: rngRow(options.rngSeed),
      ...spiRows,
      ...i2cRows,
      ...analogRows({ ...options, vdda: options.vdda ?? options.vdd }),
      ...powerRows,
      ...canRows,
    },
    absent: ABSENT,
  });
}
