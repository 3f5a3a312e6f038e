import { type RegisterOptions, r, reg, rw } from '../../registers.js';

const BYTE: RegisterOptions = { bytes: 1 };

/**
 * What tests see of the registers (PC16550D data sheet, table II). The bus does not go by this table: registers are bytes, and
 * LCR.DLAB puts DLL and DLM in the place of others.
 */
export const NS16550_REGISTERS = {
  IER: reg(1, { ERBFI: rw(0), ETBEI: rw(1), ELSI: rw(2), EDSSI: rw(3) }, 0, 'PC16550D 8.7', BYTE),
  /** NONE is 0 while an interrupt is pending. */
  IIR: reg(2, { NONE: r(0), ID: r(1, 3), FIFOS: r(6, 2) }, 1, 'PC16550D 8.6', BYTE),
  LCR: reg(
    3,
    { WLS: rw(0, 2), STB: rw(2), PEN: rw(3), EPS: rw(4), STICK: rw(5), BREAK: rw(6), DLAB: rw(7) },
    0,
    'PC16550D 8.1',
    BYTE,
  ),
  MCR: reg(4, { DTR: rw(0), RTS: rw(1), OUT1: rw(2), OUT2: rw(3), LOOP: rw(4) }, 0, 'PC16550D 8.8', BYTE),
  LSR: reg(
    5,
    { DR: r(0), OE: r(1), PE: r(2), FE: r(3), BI: r(4), THRE: r(5), TEMT: r(6), ERROR: r(7) },
    0x60,
    'PC16550D 8.4',
    BYTE,
  ),
  MSR: reg(
    6,
    { DCTS: r(0), DDSR: r(1), TERI: r(2), DDCD: r(3), CTS: r(4), DSR: r(5), RI: r(6), DCD: r(7) },
    0,
    'PC16550D 8.9',
    BYTE,
  ),
  SCR: reg(7, { SCR: rw(0, 8) }, 0, 'PC16550D 8.10', BYTE),
  DLL: reg(0, { DLL: rw(0, 8) }, 0, 'PC16550D 8.3', BYTE),
  DLM: reg(1, { DLM: rw(0, 8) }, 0, 'PC16550D 8.3', BYTE),
} as const;
