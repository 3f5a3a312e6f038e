import { can1 as makeCan1, can2 as makeCan2 } from '../../emu/devices/stm32f4/can/can.js';
import { dma as makeDma } from '../../emu/devices/stm32f4/dma/dma.js';
import { i2c as makeI2c } from '../../emu/devices/stm32f4/i2c/i2c.js';
import { i2sExtension as makeExtension } from '../../emu/devices/stm32f4/spi/i2s-extension.js';
import { spi as makeSpi, spiWithI2s as makeSpiWithI2s } from '../../emu/devices/stm32f4/spi/spi.js';
import { uart as makeUart, usart as makeUsart } from '../../emu/devices/stm32f4/usart.js';
import { deviceKind } from './kind.js';
import type { OptionSchemas } from './option-schemas.js';

/** Serial peripherals and DMA of the STM32F4. */

const label = (o: OptionSchemas) => ({
  label: o.text
    .optional()
    .describe("as in the chip's table of pin functions: USART2; its own name in capitals if not given"),
});
const fromName = (name: string) => ({ label: name.toUpperCase() });
const LABELLED = { takes: ['label'], shape: label, fromName } as const;

export const usart = deviceKind({ type: 'stm32-usart', summary: 'USART (RM0090 30)', ...LABELLED }, makeUsart);
export const uart = deviceKind(
  { type: 'stm32-uart', summary: 'UART without flow control and synchronous mode (RM0090 30)', ...LABELLED },
  makeUart,
);
export const i2c = deviceKind({ type: 'stm32-i2c', summary: 'I²C (RM0090 27)', ...LABELLED }, makeI2c);

const clockLimit = (o: OptionSchemas) => ({
  ...label(o),
  limit: o.hertz.optional().describe('fastest SCK that the data sheet allows'),
});
const fromSpiName = (name: string) => ({ label: name.toUpperCase(), limit: /1$/.test(name) ? 42e6 : 21e6 });
const WITH_LIMIT = { takes: ['label', 'limit'], shape: clockLimit, fromName: fromSpiName } as const;

export const spi = deviceKind({ type: 'stm32-spi', summary: 'SPI (RM0090 28)', ...WITH_LIMIT }, makeSpi);
export const spiWithI2s = deviceKind(
  { type: 'stm32-spi-i2s', summary: 'SPI with I²S (RM0090 28)', ...WITH_LIMIT },
  makeSpiWithI2s,
);
export const i2sExtension = deviceKind(
  {
    type: 'stm32-i2s-extension',
    summary: 'the second half of a full-duplex I²S (RM0090 28.4.2)',
    ...LABELLED,
    fromName: (name) => ({ label: name.replace(/^i2s/i, 'I2S') }),
  },
  makeExtension,
);

export const can1 = deviceKind(
  { type: 'stm32-bxcan', summary: 'CAN controller with the filters (RM0090 32)' },
  makeCan1,
);
export const can2 = deviceKind(
  { type: 'stm32-bxcan-slave', summary: 'CAN controller that shares CAN1’s filters' },
  makeCan2,
);

export const dma = deviceKind(
  {
    type: 'stm32f4-dma',
    summary: 'DMA controller (RM0090 10)',
    takes: ['unit'],
    shape: (o) => ({
      unit: o.z.enum(['dma1', 'dma2']).optional().describe('which of the two; by its name if not given'),
    }),
    fromName: (name) => ({ unit: name === 'dma2' ? 'dma2' : 'dma1' }),
  },
  makeDma,
);
