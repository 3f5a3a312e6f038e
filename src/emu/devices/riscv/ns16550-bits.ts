/** Registers and bits of the 16550 family (PC16550D data sheet, section 8). Offsets are bytes. */

/** RBR, THR and DLL at 0, IER and DLM at 1, IIR and FCR at 2, by direction and LCR.DLAB. */
export const OFFSET = { data: 0, ier: 1, iirFcr: 2, lcr: 3, mcr: 4, lsr: 5, msr: 6, scr: 7 } as const;

export const IER = { ERBFI: 1, ETBEI: 2, ELSI: 4, EDSSI: 8 } as const;
/** Interrupt identification, highest priority first (table IV). */
export const IIR = {
  lineStatus: 6,
  dataAvailable: 4,
  timeOut: 12,
  holdingEmpty: 2,
  modemStatus: 0,
  none: 1,
  fifos: 0xc0,
} as const;
export const FCR = { enable: 1, clearReceiver: 2, clearTransmitter: 4 } as const;
/** Bytes at which the receiver interrupts, by FCR bits 7:6. */
export const TRIGGER = [1, 4, 8, 14] as const;
export const LCR = { wordLength: 3, stopBits: 4, parity: 8, break: 0x40, DLAB: 0x80 } as const;
export const MCR = { DTR: 1, RTS: 2, OUT1: 4, OUT2: 8, LOOP: 16, all: 0x1f } as const;
export const LSR = { DR: 1, OE: 2, THRE: 0x20, TEMT: 0x40 } as const;
/** The inputs in the upper half; below them, which of them changed. */
export const MSR = { CTS: 0x10, DSR: 0x20, RI: 0x40, DCD: 0x80, TERI: 4, deltas: 0x0f } as const;
