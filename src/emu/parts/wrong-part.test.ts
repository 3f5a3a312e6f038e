import { describe, expect, it } from 'vitest';
import { stm32f4Discovery } from '../../boards/stm32f4-discovery.js';
import { mmioCalculator } from '../devices/mmio-calculator.js';
import type { PartType } from '../part.js';
import { button } from './button.js';
import { canBus } from './can-bus.js';
import { i2cEeprom } from './i2c-eeprom.js';
import { lm75 } from './lm75.js';
import { i2cPeer, spiPeer } from './peers.js';
import { potentiometer } from './potentiometer.js';
import { spiFlash } from './spi-flash.js';
import { ssd1306 } from './ssd1306.js';
import { st7735 } from './st7735.js';
import { uartJumper } from './uart-jumper.js';

const made = (...parts: PartType[]) => {
  const names = Object.fromEntries(parts.map((part, i) => [`x${i || ''}`, part]));
  return stm32f4Discovery.with(names).createMachine();
};
/** As a caller without types gives them. */
const loose = (options: unknown) => options as never;

describe('a part on the wrong kind of device', () => {
  it('is refused: the handle says what hangs on it', () => {
    expect(() => made(lm75('spi1'))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: part 'x' wants an I2C bus, and 'spi1' is none
        remedy: take one of i2c1, i2c2, i2c3]
    `);
    expect(() => made(spiFlash('i2c1', { select: 'PB0' }))).toThrow("wants an SPI bus, and 'i2c1' is none");
    expect(() => made(spiPeer('usart2', { select: 'PB0' }))).toThrow("wants an SPI bus, and 'usart2' is none");
    expect(() => made(ssd1306('gpioa'))).toThrow("wants an I2C bus, and 'gpioa' is none");
    expect(() => made(uartJumper('usart1', 'spi1'))).toThrow("and 'spi1' is none");
    expect(() => made(canBus(['can1', 'i2c1']))).toThrow("wants a CAN controller, and 'i2c1' is none");
  });

  it('and a device without an address, or what is no part', () => {
    expect(() => stm32f4Discovery.with({ x: loose(mmioCalculator()) })).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: device 'x' has no address
        where: board 'stm32f4-discovery'
        remedy: say where it is: x: at(0x6000_0000, …)]
    `);
    expect(() => stm32f4Discovery.with({ x: loose(undefined) })).toThrow("'x' is neither a device nor a part");
  });
});

describe('values that cannot be', () => {
  it('are refused: addresses of 8 bits, reserved or twice on a bus', () => {
    expect(() => made(i2cPeer('i2c1', { address: 0x90 }))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: 'x' cannot have the I2C address 0x90
        remedy: addresses have 7 bits, without R/W: 0x08 to 0x77; 0x90 with R/W is 0x48]
    `);
    expect(() => made(lm75('i2c1', { address: 0x78 }))).toThrow('0x08 to 0x77');
    expect(() => made(i2cPeer('i2c1', { address: 0x07 }))).toThrow('0x08 to 0x77');
    expect(() => made(lm75('i2c2'), i2cPeer('i2c2', { address: 0x48 }))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: 'x' and 'x1' both have the I2C address 0x48 of one bus
        remedy: give one of them another address, or put it on another bus]
    `);
    expect(() => made(lm75('i2c2'), i2cPeer('i2c3', { address: 0x48 }))).not.toThrow();
    // 1 KiB answers to four addresses
    expect(() => made(i2cEeprom('i2c2', { size: 1024 }), i2cPeer('i2c2', { address: 0x53 }))).toThrow('0x53');
  });

  it('options that are missing or misspelt', () => {
    expect(() => spiFlash('spi1', loose(undefined))).toThrow('spiFlash: `select` is missing');
    expect(() => st7735('spi1', loose({ select: 'PA4' }))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: st7735: \`dataCommand\` is missing
        remedy: give { select, dataCommand }]
    `);
    expect(() => ssd1306('spi1', loose({ select: 'PA4' }))).toThrow('ssd1306: `dataCommand` is missing');
    expect(() => i2cPeer('i2c1', loose({ adress: 0x55 }))).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: i2cPeer: \`address\` is missing: there is no option 'adress'
        remedy: did you mean 'address'?]
    `);
    expect(() => lm75('i2c1', loose({ temp: 20 }))).toThrow("lm75: there is no option 'temp'");
    expect(() => button('PA0', loose('high'))).toThrow('button takes options, not "high"');
  });

  it('and what a test sets', () => {
    const board = stm32f4Discovery.with({ sensor: lm75('i2c2'), knob: potentiometer('PA1') });
    const { sensor, knob, button: user } = board.handlesOf(board.createMachine());
    expect(() => {
      sensor.temperature = 1000;
    }).toThrowErrorMatchingInlineSnapshot(`
      [UsageError: sensor.temperature cannot be 1000 °C
        remedy: give -55 to 125 °C]
    `);
    expect(() => {
      sensor.temperature = Number.NaN;
    }).toThrow('sensor.temperature cannot be NaN °C');
    expect(sensor.temperature).toBe(25);
    expect(() => {
      knob.position = 1.5;
    }).toThrow('knob.position cannot be 1.5');
    expect(() => potentiometer('PA1', { position: -1 })).toThrow('give 0 to 1');
    expect(() => user.press(loose({ fro: '5ms' }))).toThrow("button.press: there is no option 'fro'");
    expect(user.pressed).toBe(false);
  });
});
