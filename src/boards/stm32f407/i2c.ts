import { i2c } from '../../machine-file/kinds/stm32f4-serial.js';
import { at } from '../rows.js';
import { dmaRequests, on } from './gates.js';

const requests = (rx: string[], tx: string[]) => ({ wires: dmaRequests({ rx, tx }, { acknowledged: true }) });

/** I2C: addresses RM0090 table 1, interrupts table 61, DMA requests table 42. */
export const i2cRows = {
  i2c1: at(0x4000_5400, i2c('I2C1'), {
    irq: { ev: 31, er: 32 },
    ...on('APB1', 21),
    ...requests(['dma1.0.1', 'dma1.5.1'], ['dma1.6.1', 'dma1.7.1']),
  }),
  i2c2: at(0x4000_5800, i2c('I2C2'), {
    irq: { ev: 33, er: 34 },
    ...on('APB1', 22),
    ...requests(['dma1.2.7', 'dma1.3.7'], ['dma1.7.7']),
  }),
  i2c3: at(0x4000_5c00, i2c('I2C3'), {
    irq: { ev: 72, er: 73 },
    ...on('APB1', 23),
    ...requests(['dma1.2.3'], ['dma1.4.3']),
  }),
};
