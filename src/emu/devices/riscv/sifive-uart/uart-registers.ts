import { r, reg, registers, rw } from '../../../registers.js';

/** SiFive FE310-G002 manual v19p05, chapter 18; the FU540-C000's is the same block (its manual, chapter 13). */
export function uartRegisters(div: number) {
  return registers({
    txdata: reg(0x00, { data: rw(0, 8), full: r(31) }, 0, 'FE310 18.4'),
    rxdata: reg(0x04, { data: r(0, 8), empty: r(31) }, 0, 'FE310 18.5'),
    txctrl: reg(0x08, { txen: rw(0), nstop: rw(1), txcnt: rw(16, 3) }, 0, 'FE310 18.6'),
    rxctrl: reg(0x0c, { rxen: rw(0), rxcnt: rw(16, 3) }, 0, 'FE310 18.7'),
    ie: reg(0x10, { txwm: rw(0), rxwm: rw(1) }, 0, 'FE310 18.8'),
    ip: reg(0x14, { txwm: r(0), rxwm: r(1) }, 0, 'FE310 18.8'),
    div: reg(0x18, { div: rw(0, 16) }, div, 'FE310 18.9'),
  });
}

export type UartRegisters = ReturnType<typeof uartRegisters>;
/** Entries of either FIFO (18.1). */
export const FIFO_DEPTH = 8;
