import { beforeAll, describe, expect, test } from 'vitest';
import { stm32f4Discovery } from '../../src/boards/stm32f4-discovery.js';
import { mask } from '../../src/emu/bits.js';
import type { Bus } from '../../src/emu/bus.js';
import { ABSENT } from '../../src/emu/devices/stm32f4/unmodelled.js';
import { flatten, type RegisterSpec } from '../../src/emu/registers.js';
import {
  EXCEPTIONS,
  type Exception,
  FIELD_EXCEPTIONS,
  FIELD_WITHOUT_REGISTER,
  WITHOUT_REGISTER,
} from './exceptions.js';
import { readSvd, type SvdPeripheral, type SvdRegister } from './svd.js';

/** Path of ST's STM32F407.svd, which is not part of fwtest. */
const path = process.env.FWTEST_SVD;
const why = path === undefined ? " (skipped: set FWTEST_SVD to the path of ST's STM32F407.svd)" : '';

/** Expectations by register: what fwtest has where the SVD says something else. */
const asRecord = (list: readonly Exception[]): Record<string, string> =>
  Object.fromEntries(list.map(({ register, value }) => [register, hex(value)]));

const hex = (value: number): string => `0x${value.toString(16)}`;

const MODELLED =
  /^(RCC|PWR|FLASH|SYSCFG|EXTI|GPIO[A-I]|USART\d|UART[45]|TIM\d+|ADC[123]|C_ADC|DAC|CAN[12]|DMA[12]|SPI[123]|I2S[23]ext|I2C[123]|RTC|IWDG|WWDG|CRC|RNG)$/;

/** Registers of modelled blocks, named `USART2.CR1`. */
function modelledRegisters({ name, registers }: SvdPeripheral): SvdRegister[] {
  return MODELLED.test(name) ? registers.map((one) => ({ ...one, name: `${name}.${one.name}` })) : [];
}

/** Bits with a meaning of their own; `UNUSED` ones are reserved in the manual. */
function fieldBits(spec: RegisterSpec): number {
  const named = Object.entries(spec.fields).filter(([name]) => !name.startsWith('UNUSED'));
  return named.reduce((bits, [, { low, width }]) => (bits | mask(low, width)) >>> 0, 0);
}

/** Every enable bit on: a peripheral without clock reads 0. */
function enableAll(bus: Bus): void {
  for (const offset of [0x30, 0x34, 0x38, 0x40, 0x44]) bus.write(0x4002_3800 + offset, 4, 0xffff_ffff);
}

/** `GPIOA.OSPEEDR: 0xc000000, SVD 0x0` for registers that read something else, `RCC.X: no register` for missing ones. */
function differences(bus: Bus, peripheral: SvdPeripheral): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, address, reset } of peripheral.registers) {
    const key = `${peripheral.name}.${name}`;
    const region = bus.map.find(address)!;
    const offset = (address - region.start) & ~3;
    const specs = region.device?.type.registers;
    if (specs !== undefined && !flatten(specs).some((register) => register.offset === offset)) {
      found.set(key, 'no register');
      continue;
    }
    const value = bus.read(address & ~3, 4);
    if (value !== reset) found.set(key, hex(value));
  }
  return found;
}

describe.skipIf(path === undefined)(`ST's register description${why}`, () => {
  let bus: Bus;
  let peripherals: SvdPeripheral[];
  beforeAll(() => {
    bus = stm32f4Discovery.createMachine().bus;
    peripherals = readSvd(path!);
  });

  test('every peripheral is modelled, declared not modelled, or absent', () => {
    const kinds = peripherals.map(({ name, base }) => [name, bus.map.find(base)?.kind]);
    expect(kinds.filter(([, kind]) => kind !== 'device' && kind !== 'absent')).toEqual([]);
    const absent = kinds.filter(([, kind]) => kind === 'absent').map(([name]) => name);
    // The SVD has no DMA2D; the others are the blocks it carries and this part lacks.
    expect(absent.sort()).toEqual(
      Object.keys(ABSENT)
        .filter((name) => name !== 'DMA2D')
        .sort(),
    );
  });

  test('every field of the modelled blocks is where the description has it', () => {
    const found = new Map<string, string>();
    for (const { name, address, fields } of peripherals.flatMap(modelledRegisters)) {
      const region = bus.map.find(address)!;
      const register = flatten(region.device!.type.registers!).find(({ offset }) => offset === address - region.start);
      if (register === undefined) {
        found.set(name, 'no register');
        continue;
      }
      const ours = fieldBits(register.spec);
      if (ours !== fields) found.set(name, hex(ours));
    }
    const absent = Object.fromEntries(FIELD_WITHOUT_REGISTER.map(({ register }) => [register, 'no register']));
    expect(Object.fromEntries(found)).toEqual({ ...asRecord(FIELD_EXCEPTIONS), ...absent });
  });

  test('every register reads its reset value, or is on the list with its reason', () => {
    const rcc = peripherals.filter(({ name }) => name === 'RCC');
    const others = peripherals.filter(({ name, base }) => name !== 'RCC' && bus.map.find(base)?.kind === 'device');
    const found = new Map(rcc.flatMap((one) => [...differences(bus, one)]));
    enableAll(bus);
    for (const one of others) for (const [key, value] of differences(bus, one)) found.set(key, value);
    const missing = Object.fromEntries(WITHOUT_REGISTER.map(({ register }) => [register, 'no register']));
    expect(Object.fromEntries(found)).toEqual({ ...asRecord(EXCEPTIONS), ...missing });
  });
});
