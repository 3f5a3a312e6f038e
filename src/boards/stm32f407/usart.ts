import { uart, usart } from '../../machine-file/kinds/stm32f4-serial.js';
import { at } from '../rows.js';
import { dmaRequests, on } from './gates.js';

/** USARTs and UARTs: addresses RM0090 table 1, interrupts table 61, DMA requests tables 42 and 43. */
export const usartRows = {
  usart1: at(0x4001_1000, usart('USART1'), {
    irq: 37,
    ...on('APB2', 4),
    wires: dmaRequests({ rx: ['dma2.2.4', 'dma2.5.4'], tx: 'dma2.7.4' }),
  }),
  usart2: at(0x4000_4400, usart('USART2'), {
    irq: 38,
    ...on('APB1', 17),
    wires: dmaRequests({ rx: 'dma1.5.4', tx: 'dma1.6.4' }),
  }),
  usart3: at(0x4000_4800, usart('USART3'), {
    irq: 39,
    ...on('APB1', 18),
    wires: dmaRequests({ rx: 'dma1.1.4', tx: ['dma1.3.4', 'dma1.4.7'] }),
  }),
  uart4: at(0x4000_4c00, uart('UART4'), {
    irq: 52,
    ...on('APB1', 19),
    wires: dmaRequests({ rx: 'dma1.2.4', tx: 'dma1.4.4' }),
  }),
  uart5: at(0x4000_5000, uart('UART5'), {
    irq: 53,
    ...on('APB1', 20),
    wires: dmaRequests({ rx: 'dma1.0.4', tx: 'dma1.7.4' }),
  }),
  usart6: at(0x4001_1400, usart('USART6'), {
    irq: 71,
    ...on('APB2', 5),
    wires: dmaRequests({ rx: ['dma2.1.5', 'dma2.2.5'], tx: ['dma2.6.5', 'dma2.7.5'] }),
  }),
};
