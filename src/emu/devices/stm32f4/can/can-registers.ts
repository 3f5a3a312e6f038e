import { type FieldSpec, r, rc_w1, reg, registers, rs, rw } from '../../../registers.js';

/** Registers of the basic extended CAN controllers: RM0090 32.9. CAN1 has the filters of both. */

/** `FBM0` … `FBM27`: a bit a filter bank. */
const perBank = (prefix: string): Record<string, FieldSpec> =>
  Object.fromEntries(Array.from({ length: 28 }, (_, bank) => [`${prefix}${bank}`, rw(bank)]));

/** Flags of mailbox `n` in TSR. */
const mailbox = (n: number): Record<string, FieldSpec> => ({
  [`RQCP${n}`]: rc_w1(8 * n),
  [`TXOK${n}`]: rc_w1(8 * n + 1),
  [`ALST${n}`]: rc_w1(8 * n + 2),
  [`TERR${n}`]: rc_w1(8 * n + 3),
  [`ABRQ${n}`]: rs(8 * n + 7),
});

const fifo = (n: number) =>
  reg(
    0x0c + 4 * n,
    { [`FMP${n}`]: r(0, 2), [`FULL${n}`]: rc_w1(3), [`FOVR${n}`]: rc_w1(4), [`RFOM${n}`]: rs(5) },
    0,
    'RM0090 32.9.2',
  );

/** TIxR, TDTxR, TDLxR, TDHxR, and the same for received frames: 32.9.3. */
const bytes = (offset: number, first: number, access: typeof rw) =>
  reg(offset, Object.fromEntries([0, 1, 2, 3].map((i) => [`DATA${first + i}`, access(8 * i, 8)])), 0, 'RM0090 32.9.3');
function transmit<N extends 0 | 1 | 2>(n: N) {
  const base = 0x180 + 0x10 * n;
  return {
    [`TI${n}R`]: reg(
      base,
      { TXRQ: rw(0), RTR: rw(1), IDE: rw(2), EXID: rw(3, 18), STID: rw(21, 11) },
      0,
      'RM0090 32.9.3',
    ),
    [`TDT${n}R`]: reg(base + 4, { DLC: rw(0, 4), TGT: rw(8), TIME: rw(16, 16) }, 0, 'RM0090 32.9.3'),
    [`TDL${n}R`]: bytes(base + 8, 0, rw),
    [`TDH${n}R`]: bytes(base + 12, 4, rw),
  };
}
function receive<N extends 0 | 1>(n: N) {
  const base = 0x1b0 + 0x10 * n;
  return {
    [`RI${n}R`]: reg(base, { RTR: r(1), IDE: r(2), EXID: r(3, 18), STID: r(21, 11) }, 0, 'RM0090 32.9.3'),
    [`RDT${n}R`]: reg(base + 4, { DLC: r(0, 4), FMI: r(8, 8), TIME: r(16, 16) }, 0, 'RM0090 32.9.3'),
    [`RDL${n}R`]: bytes(base + 8, 0, r),
    [`RDH${n}R`]: bytes(base + 12, 4, r),
  };
}

const CONTROL = {
  MCR: reg(
    0x00,
    {
      INRQ: rw(0),
      SLEEP: rw(1),
      TXFP: rw(2),
      RFLM: rw(3),
      NART: rw(4),
      AWUM: rw(5),
      ABOM: rw(6),
      TTCM: rw(7),
      RESET: rs(15),
      // Cores that a debugger stops are outside the machine's time: nothing to freeze.
      DBF: rw(16),
    },
    0x0001_0002,
    'RM0090 32.9.2',
  ),
  MSR: reg(
    0x04,
    {
      INAK: r(0),
      SLAK: r(1),
      ERRI: rc_w1(2),
      WKUI: rc_w1(3),
      SLAKI: rc_w1(4),
      TXM: r(8),
      RXM: r(9),
      SAMP: r(10),
      RX: r(11),
    },
    0x0000_0c02,
    'RM0090 32.9.2',
  ),
  TSR: reg(
    0x08,
    {
      ...mailbox(0),
      ...mailbox(1),
      ...mailbox(2),
      CODE: r(24, 2),
      TME0: r(26),
      TME1: r(27),
      TME2: r(28),
      LOW0: r(29),
      LOW1: r(30),
      LOW2: r(31),
    },
    0x1c00_0000,
    'RM0090 32.9.2',
  ),
  RF0R: fifo(0),
  RF1R: fifo(1),
  IER: reg(
    0x14,
    {
      TMEIE: rw(0),
      FMPIE0: rw(1),
      FFIE0: rw(2),
      FOVIE0: rw(3),
      FMPIE1: rw(4),
      FFIE1: rw(5),
      FOVIE1: rw(6),
      EWGIE: rw(8),
      EPVIE: rw(9),
      BOFIE: rw(10),
      LECIE: rw(11),
      ERRIE: rw(15),
      WKUIE: rw(16),
      SLKIE: rw(17),
    },
    0,
    'RM0090 32.9.2',
  ),
  ESR: reg(
    0x18,
    { EWGF: r(0), EPVF: r(1), BOFF: r(2), LEC: rw(4, 3), TEC: r(16, 8), REC: r(24, 8) },
    0,
    'RM0090 32.9.2',
  ),
  BTR: reg(
    0x1c,
    { BRP: rw(0, 10), TS1: rw(16, 4), TS2: rw(20, 3), SJW: rw(24, 2), LBKM: rw(30), SILM: rw(31) },
    0x0123_0000,
    'RM0090 32.9.2',
  ),
  ...transmit(0),
  ...transmit(1),
  ...transmit(2),
  ...receive(0),
  ...receive(1),
};

/** A filter bank's two registers: 32.9.4. */
const FILTER_BITS = Object.fromEntries(Array.from({ length: 32 }, (_, bit) => [`FB${bit}`, rw(bit)]));
const banks = Object.fromEntries(
  Array.from({ length: 28 }, (_, bank) => [
    [`F${bank}R1`, reg(0x240 + 8 * bank, FILTER_BITS, 0, 'RM0090 32.9.4')],
    [`F${bank}R2`, reg(0x244 + 8 * bank, FILTER_BITS, 0, 'RM0090 32.9.4')],
  ]).flat(),
);

export const FILTERS = {
  FMR: reg(
    0x200,
    // Reserved bits with a value of their own: read as they are.
    { FINIT: rw(0), CAN2SB: rw(8, 6) },
    0x2a1c_0e01,
    'RM0090 32.9.4',
  ),
  FM1R: reg(0x204, perBank('FBM'), 0, 'RM0090 32.9.4'),
  FS1R: reg(0x20c, perBank('FSC'), 0, 'RM0090 32.9.4'),
  FFA1R: reg(0x214, perBank('FFA'), 0, 'RM0090 32.9.4'),
  FA1R: reg(0x21c, perBank('FACT'), 0, 'RM0090 32.9.4'),
};

export const CAN_MASTER = registers({ ...CONTROL, ...FILTERS, ...banks });
/** CAN2: its filters are those of CAN1. */
export const CAN_SLAVE = registers(CONTROL);

/** Registers that both controllers have, by what they are. */
export type ControlNames = 'MCR' | 'MSR' | 'TSR' | 'RF0R' | 'RF1R' | 'IER' | 'ESR' | 'BTR';
