import { closest } from '../../emu/spelling.js';
import * as svd from '../svd/kind.js';
import * as busParts from './bus-parts.js';
import * as common from './common.js';
import * as cpuKinds from './cpus.js';
import { type AnyKind, type CpuKind, type DeviceKind, hasKind, type PartKind } from './kind.js';
import * as parts from './parts.js';
import * as riscv from './riscv.js';
import * as sifive from './sifive.js';
import * as stm32f4 from './stm32f4.js';
import * as serial from './stm32f4-serial.js';
import * as timers from './stm32f4-timers.js';

/** All kinds by their type. */

const kindsOf = <K extends AnyKind>(...modules: object[]): ReadonlyMap<string, K> =>
  new Map(modules.flatMap((module) => Object.values(module).filter(hasKind)).map(({ kind }) => [kind.type, kind as K]));

export const DEVICES = kindsOf<DeviceKind>(common, riscv, sifive, stm32f4, serial, timers, svd);
export const PARTS = kindsOf<PartKind>(parts, busParts);
export const CPUS = kindsOf<CpuKind>(cpuKinds);

/** Other spellings: QEMU's, Renode's, and those of device trees. */
const ALIASES: Readonly<Record<string, string>> = {
  'stm32f2xx-usart': 'stm32-usart',
  'UART.STM32_UART': 'stm32-usart',
  'stm32-timer': 'stm32-timer-general',
  uart16550: 'ns16550',
  ns16550a: 'ns16550',
  'UART.NS16550': 'ns16550',
  serial: 'ns16550',
  'sifive-test': 'test-finisher',
  calculator: 'mmio-calculator',
  eeprom: 'i2c-eeprom',
  'cortex-m4-arm-cpu': 'cortex-m4',
  'cortex-m4f': 'cortex-m4',
};

/** Other spellings, with the type that each means. */
export const ALIAS_NAMES: readonly (readonly [alias: string, type: string])[] = Object.entries(ALIASES);

/** The kind of a name, its canonical spelling or an alias: QEMU's `_` and `.` count as `-`. */
export function kindNamed<K extends AnyKind>(kinds: ReadonlyMap<string, K>, name: string): K | undefined {
  return kinds.get(name) ?? kinds.get(ALIASES[name] ?? '') ?? kinds.get(name.toLowerCase().replaceAll(/[_.]/g, '-'));
}

/** What a misspelt type may have meant. */
export const closestKind = (kinds: ReadonlyMap<string, AnyKind>, name: string): string | undefined =>
  closest(name, [...kinds.keys(), ...Object.keys(ALIASES).filter((one) => kinds.has(ALIASES[one]!))])[0];
