import { can1, can2 } from '../../machine-file/kinds/stm32f4-serial.js';
import { at } from '../rows.js';
import { on } from './gates.js';

/** CAN controllers: addresses RM0090 table 1, interrupts table 61. CAN1 holds the filters of both. */
export const canRows = {
  can1: at(0x4000_6400, can1(), {
    ...on('APB1', 25),
    irq: { tx: 19, rx0: 20, rx1: 21, sce: 22 },
    wires: { slaveQuery: 'can2.filterQuery', slaveAnswer: 'can2.filterAnswer' },
  }),
  can2: at(0x4000_6800, can2(), {
    ...on('APB1', 26),
    irq: { tx: 63, rx0: 64, rx1: 65, sce: 66 },
    wires: { masterClock: 'rcc.APB1ENR.25' },
  }),
};
