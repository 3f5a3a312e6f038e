import { type FieldSpec, type RegisterSpec, r, rc_w1, reg, registers, rs, rw } from '../../../registers.js';

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
const SECTION = 'RM0090 32.9.3';
const low = (offset: number, access: typeof rw) =>
  reg(offset, { DATA0: access(0, 8), DATA1: access(8, 8), DATA2: access(16, 8), DATA3: access(24, 8) }, 0, SECTION);
const high = (offset: number, access: typeof rw) =>
  reg(offset, { DATA4: access(0, 8), DATA5: access(8, 8), DATA6: access(16, 8), DATA7: access(24, 8) }, 0, SECTION);
const requested = (offset: number) =>
  reg(offset, { TXRQ: rw(0), RTR: rw(1), IDE: rw(2), EXID: rw(3, 18), STID: rw(21, 11) }, 0, SECTION);
const length = (offset: number) => reg(offset, { DLC: rw(0, 4), TGT: rw(8), TIME: rw(16, 16) }, 0, SECTION);
const identifier = (offset: number) =>
  reg(offset, { RTR: r(1), IDE: r(2), EXID: r(3, 18), STID: r(21, 11) }, 0, SECTION);
const receivedLength = (offset: number) => reg(offset, { DLC: r(0, 4), FMI: r(8, 8), TIME: r(16, 16) }, 0, SECTION);

const MAILBOXES = {
  TI0R: requested(0x180),
  TDT0R: length(0x184),
  TDL0R: low(0x188, rw),
  TDH0R: high(0x18c, rw),
  TI1R: requested(0x190),
  TDT1R: length(0x194),
  TDL1R: low(0x198, rw),
  TDH1R: high(0x19c, rw),
  TI2R: requested(0x1a0),
  TDT2R: length(0x1a4),
  TDL2R: low(0x1a8, rw),
  TDH2R: high(0x1ac, rw),
  RI0R: identifier(0x1b0),
  RDT0R: receivedLength(0x1b4),
  RDL0R: low(0x1b8, r),
  RDH0R: high(0x1bc, r),
  RI1R: identifier(0x1c0),
  RDT1R: receivedLength(0x1c4),
  RDL1R: low(0x1c8, r),
  RDH1R: high(0x1cc, r),
};

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
  ...MAILBOXES,
};

/** A filter bank's two registers: 32.9.4. */
const FILTER_BITS = Object.fromEntries(Array.from({ length: 32 }, (_, bit) => [`FB${bit}`, rw(bit)]));
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Bank = Digit | `1${Digit}` | `2${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`;
const BANKS = Object.fromEntries(
  Array.from({ length: 56 }, (_, i) => [
    `F${i >> 1}R${(i & 1) + 1}`,
    reg(0x240 + 4 * i, FILTER_BITS, 0, 'RM0090 32.9.4'),
  ]),
) as Record<`F${Bank}R${1 | 2}`, RegisterSpec<typeof FILTER_BITS>>;

const FILTERS = {
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

export const CAN_MASTER = registers({ ...CONTROL, ...FILTERS, ...BANKS });
/** CAN2: its filters are those of CAN1. */
export const CAN_SLAVE = registers(CONTROL);

/** Registers that both controllers have, by what they are. */
export type ControlNames = 'MCR' | 'MSR' | 'TSR' | 'RF0R' | 'RF1R' | 'IER' | 'ESR' | 'BTR';
