import { i2sExtension, spi, spiWithI2s } from '../../machine-file/kinds/stm32f4-serial.js';
import { at } from '../rows.js';
import { dmaRequests, on } from './gates.js';

/** The extensions follow the clock and word select of their I2S: RM0090 28.4.2. */
const follows = (port: string) => ({
  i2sBegin: `${port}.i2sBegin`,
  i2sEnd: `${port}.i2sEnd`,
  i2sBitPs: `${port}.i2sBitPs`,
});

/** Data sheet (DS8626), SPI characteristics: Hz of SCK. */
const SPI1_LIMIT = 42e6;
const SPI23_LIMIT = 21e6;

/** SPI and I2S: addresses RM0090 table 1, interrupts table 61, DMA requests tables 42 and 43. */
export const spiRows = {
  spi1: at(0x4001_3000, spi('SPI1', SPI1_LIMIT), {
    irq: 35,
    ...on('APB2', 12),
    wires: dmaRequests({ rx: ['dma2.0.3', 'dma2.2.3'], tx: ['dma2.3.3', 'dma2.5.3'] }, { acknowledged: true }),
  }),
  spi2: at(0x4000_3800, spiWithI2s('SPI2', SPI23_LIMIT), {
    irq: 36,
    ...on('APB1', 14),
    wires: dmaRequests({ rx: 'dma1.3.0', tx: 'dma1.4.0' }, { acknowledged: true }),
  }),
  spi3: at(0x4000_3c00, spiWithI2s('SPI3', SPI23_LIMIT), {
    irq: 51,
    ...on('APB1', 15),
    wires: dmaRequests({ rx: ['dma1.0.0', 'dma1.2.0'], tx: ['dma1.5.0', 'dma1.7.0'] }, { acknowledged: true }),
  }),
  i2s2ext: at(0x4000_3400, i2sExtension('I2S2ext'), {
    irq: 36,
    ...on('APB1', 14),
    wires: { ...follows('spi2'), ...dmaRequests({ rx: 'dma1.3.3', tx: 'dma1.4.2' }) },
  }),
  i2s3ext: at(0x4000_4000, i2sExtension('I2S3ext'), {
    irq: 51,
    ...on('APB1', 15),
    wires: { ...follows('spi3'), ...dmaRequests({ rx: ['dma1.2.2', 'dma1.0.3'], tx: 'dma1.5.2' }) },
  }),
};
