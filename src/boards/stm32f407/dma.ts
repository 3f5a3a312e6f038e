import { crc, rng } from '../../machine-file/kinds/stm32f4.js';
import { dma } from '../../machine-file/kinds/stm32f4-serial.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** DMA controllers, CRC unit and random number generator: addresses RM0090 table 1, interrupts table 61. */
export const dmaRows = {
  crc: at(0x4002_3000, crc(), on('AHB1', 12)),
  rng: rngRow(),
  dma1: at(0x4002_6000, dma('dma1'), {
    ...on('AHB1', 21),
    irq: { irq0: 11, irq1: 12, irq2: 13, irq3: 14, irq4: 15, irq5: 16, irq6: 17, irq7: 47 },
  }),
  dma2: at(0x4002_6400, dma('dma2'), {
    ...on('AHB1', 22),
    irq: { irq0: 56, irq1: 57, irq2: 58, irq3: 59, irq4: 60, irq5: 68, irq6: 69, irq7: 70 },
  }),
};

/** The random number generator with a sequence of its own. */
export function rngRow(seed?: number) {
  return at(0x5006_0800, rng({ seed }), { irq: 80, ...on('AHB2', 6) });
}
