import { uart, usart } from '../../emu/devices/stm32f4/usart.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** USARTs and UARTs: addresses RM0090 table 1, interrupts table 61. */
export const usartRows = {
  usart1: at(0x4001_1000, usart('USART1'), { irq: 37, ...on('APB2', 4) }),
  usart2: at(0x4000_4400, usart('USART2'), { irq: 38, ...on('APB1', 17) }),
  usart3: at(0x4000_4800, usart('USART3'), { irq: 39, ...on('APB1', 18) }),
  uart4: at(0x4000_4c00, uart('UART4'), { irq: 52, ...on('APB1', 19) }),
  uart5: at(0x4000_5000, uart('UART5'), { irq: 53, ...on('APB1', 20) }),
  usart6: at(0x4001_1400, usart('USART6'), { irq: 71, ...on('APB2', 5) }),
};
