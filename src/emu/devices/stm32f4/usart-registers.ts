import { r, rc_w0, reg, registers, rw } from '../../registers.js';

/**
 * RM0090 section 30.6. SR resets to 0xC0: the bit table shows TXE and TC set, the "0x00C0 0000" of the reset line
 * would set reserved bits.
 */
const COMMON_SR = {
  PE: r(0),
  FE: r(1),
  NF: r(2),
  ORE: r(3),
  IDLE: r(4),
  RXNE: rc_w0(5),
  TC: rc_w0(6),
  TXE: r(7),
  LBD: rc_w0(8),
};
/** Software clears one flag by writing ones everywhere else (`SR = ~TC`), and sends sign-extended chars: no mistake. */
const unusedFrom = (bit: number) => ({ UNUSED: r(bit, 32 - bit) });

const CR1 = {
  SBK: rw(0),
  RWU: rw(1),
  RE: rw(2),
  TE: rw(3),
  IDLEIE: rw(4),
  RXNEIE: rw(5),
  TCIE: rw(6),
  TXEIE: rw(7),
  PEIE: rw(8),
  PS: rw(9),
  PCE: rw(10),
  WAKE: rw(11),
  M: rw(12),
  UE: rw(13),
  OVER8: rw(15),
};

const COMMON_CR2 = {
  ADD: rw(0, 4),
  LBDL: rw(5),
  LBDIE: rw(6),
  STOP: rw(12, 2),
  LINEN: rw(14),
};

const COMMON_CR3 = {
  EIE: rw(0),
  IREN: rw(1),
  IRLP: rw(2),
  HDSEL: rw(3),
  DMAR: rw(6),
  DMAT: rw(7),
  ONEBIT: rw(11),
};

/** A UART: UART4 and UART5 have no flow control, no clock, no smartcard mode and no GTPR. */
export const UART = registers({
  SR: reg(0x00, { ...COMMON_SR, ...unusedFrom(9) }, 0xc0, 'RM0090 30.6.1'),
  DR: reg(0x04, { DR: rw(0, 9), ...unusedFrom(9) }, 0, 'RM0090 30.6.2'),
  BRR: reg(0x08, { DIV_Fraction: rw(0, 4), DIV_Mantissa: rw(4, 12) }, 0, 'RM0090 30.6.3'),
  CR1: reg(0x0c, CR1, 0, 'RM0090 30.6.4'),
  CR2: reg(0x10, COMMON_CR2, 0, 'RM0090 30.6.5'),
  CR3: reg(0x14, COMMON_CR3, 0, 'RM0090 30.6.6'),
});

/** A full USART: 1, 2, 3 and 6. */
export const USART = registers({
  SR: reg(0x00, { ...COMMON_SR, CTS: rc_w0(9), ...unusedFrom(10) }, 0xc0, 'RM0090 30.6.1'),
  DR: reg(0x04, { DR: rw(0, 9), ...unusedFrom(9) }, 0, 'RM0090 30.6.2'),
  BRR: reg(0x08, { DIV_Fraction: rw(0, 4), DIV_Mantissa: rw(4, 12) }, 0, 'RM0090 30.6.3'),
  CR1: reg(0x0c, CR1, 0, 'RM0090 30.6.4'),
  CR2: reg(
    0x10,
    {
      ...COMMON_CR2,
      LBCL: rw(8),
      CPHA: rw(9),
      CPOL: rw(10),
      CLKEN: rw(11),
    },
    0,
    'RM0090 30.6.5',
  ),
  CR3: reg(
    0x14,
    {
      ...COMMON_CR3,
      NACK: rw(4),
      SCEN: rw(5),
      RTSE: rw(8),
      CTSE: rw(9),
      CTSIE: rw(10),
    },
    0,
    'RM0090 30.6.6',
  ),
  GTPR: reg(0x18, { PSC: rw(0, 8), GT: rw(8, 8) }, 0, 'RM0090 30.6.7'),
});
