import { bmp280 as makeBmp280 } from '../../emu/parts/bmp280.js';
import { cs43l22 as makeCs43l22 } from '../../emu/parts/cs43l22.js';
import { i2cEeprom as makeEeprom } from '../../emu/parts/i2c-eeprom.js';
import { lis3dsh as makeLis3dsh } from '../../emu/parts/lis3dsh.js';
import { lis302dl as makeLis302dl } from '../../emu/parts/lis302dl.js';
import { lm75 as makeLm75 } from '../../emu/parts/lm75.js';
import { mp45dt02 as makeMp45dt02 } from '../../emu/parts/mp45dt02.js';
import { i2cPeer as makeI2cPeer, spiPeer as makeSpiPeer } from '../../emu/parts/peers.js';
import { spiFlash as makeSpiFlash } from '../../emu/parts/spi-flash.js';
import { ssd1306 as makeSsd1306 } from '../../emu/parts/ssd1306.js';
import { st7735 as makeSt7735 } from '../../emu/parts/st7735.js';
import { partKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Chips on SPI, I2C and I2S buses. */

const accelerometer = (o: OptionSchemas) => ({ bus: o.device, select: o.pin, int1: o.pin, int2: o.pin });
const ACCELEROMETER = { takes: ['...'], pins: ['select', 'int1', 'int2'], shape: accelerometer };

export const lis3dsh = partKind({ type: 'lis3dsh', summary: 'accelerometer on SPI', ...ACCELEROMETER }, makeLis3dsh);
export const lis302dl = partKind({ type: 'lis302dl', summary: 'accelerometer on SPI', ...ACCELEROMETER }, makeLis302dl);

export const cs43l22 = partKind(
  {
    type: 'cs43l22',
    summary: 'audio DAC: registers on I2C, samples on I2S',
    takes: ['...'],
    pins: ['reset'],
    shape: (o) => ({ control: o.device, data: o.device, reset: o.pin }),
  },
  makeCs43l22,
);

export const mp45dt02 = partKind(
  { type: 'mp45dt02', summary: 'microphone on I2S', takes: ['data'], shape: (o) => ({ data: o.device }) },
  makeMp45dt02,
);

const i2cAddress = (o: OptionSchemas) => o.integer.optional().describe('7 bits');

export const bmp280 = partKind(
  {
    type: 'bmp280',
    summary: 'pressure sensor on I2C',
    takes: ['bus', '...'],
    shape: (o) => ({
      bus: o.device,
      address: i2cAddress(o),
      temperature: o.number.optional().describe('°C'),
      pressure: o.number.optional().describe('Pa'),
    }),
  },
  makeBmp280,
);

export const lm75 = partKind(
  {
    type: 'lm75',
    summary: 'temperature sensor on I2C',
    takes: ['bus', '...'],
    pins: ['alert'],
    shape: (o) => ({
      bus: o.device,
      address: i2cAddress(o),
      alert: o.pin.optional(),
      temperature: o.number.optional().describe('°C'),
    }),
  },
  makeLm75,
);

export const i2cEeprom = partKind(
  {
    type: 'i2c-eeprom',
    summary: 'EEPROM of the 24C family',
    takes: ['bus', '...'],
    shape: (o) => ({
      bus: o.device,
      address: i2cAddress(o),
      size: o.size.optional(),
      page: o.size.optional(),
      writeTime: o.duration.optional(),
      contents: o.bytes.optional(),
    }),
  },
  (bus: string, options: Parameters<typeof makeEeprom>[1] = {}) => makeEeprom(bus, options),
);

export const spiFlash = partKind(
  {
    type: 'spi-flash',
    summary: 'NOR flash on SPI',
    takes: ['bus', '...'],
    pins: ['select'],
    shape: (o) => ({
      bus: o.device,
      select: o.pin,
      size: o.size.optional(),
      jedec: o.z.tuple([o.integer, o.integer]).optional().describe('manufacturer and type'),
      contents: o.bytes.optional(),
      mapped: o.flag.optional().describe('the flash that its controller shows as memory'),
    }),
  },
  makeSpiFlash,
);

export const ssd1306 = partKind(
  {
    type: 'ssd1306',
    summary: 'OLED display on I2C, or on SPI with select and dataCommand',
    takes: ['bus', '...'],
    pins: ['select', 'dataCommand', 'reset'],
    shape: (o) => ({
      bus: o.device,
      width: o.integer.optional(),
      height: o.oneOf(32, 64).optional(),
      address: i2cAddress(o),
      select: o.pin.optional(),
      dataCommand: o.pin.optional(),
      reset: o.pin.optional(),
    }),
  },
  makeSsd1306,
);

export const st7735 = partKind(
  {
    type: 'st7735',
    summary: 'TFT display on SPI',
    takes: ['bus', '...'],
    pins: ['select', 'dataCommand', 'reset'],
    shape: (o) => ({
      bus: o.device,
      select: o.pin,
      dataCommand: o.pin,
      reset: o.pin.optional(),
      width: o.integer.optional(),
      height: o.integer.optional(),
      xOffset: o.integer.optional(),
      yOffset: o.integer.optional(),
    }),
  },
  makeSt7735,
);

export const i2cPeer = partKind(
  {
    type: 'i2c-peer',
    summary: 'answers on I2C what a test tells it to',
    takes: ['bus', '...'],
    shape: (o) => ({ bus: o.device, address: o.integer.describe('7 bits') }),
  },
  makeI2cPeer,
);
export const spiPeer = partKind(
  {
    type: 'spi-peer',
    summary: 'answers on SPI what a test tells it to',
    takes: ['bus', '...'],
    pins: ['select'],
    shape: (o) => ({ bus: o.device, select: o.pin }),
  },
  makeSpiPeer,
);
