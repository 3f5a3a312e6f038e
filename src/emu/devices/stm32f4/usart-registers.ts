import { notModelled, r, rc_w0, reg, registers, rw } from '../../registers.js';

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
  // Set by LIN break detection only, which is reported at LINEN; software writes ones here to clear other flags.
  LBD: rc_w0(8),
};
/** Software clears one flag by writing ones everywhere else (`SR = ~TC`), and sends sign-extended chars: no mistake. */
const unusedFrom = (bit: number) => ({ UNUSED: r(bit, 32 - bit) });

const CR1 = {
  SBK: rw(0),
  RWU: notModelled(rw(1), 'mute mode'),
  RE: rw(2),
  TE: rw(3),
  IDLEIE: rw(4),
  RXNEIE: rw(5),
  TCIE: rw(6),
  TXEIE: rw(7),
  PEIE: rw(8),
  PS: rw(9),
  PCE: rw(10),
  WAKE: notModelled(rw(11), 'mute mode'),
  M: rw(12),
  UE: rw(13),
  OVER8: rw(15),
};

const COMMON_CR2 = {
  ADD: notModelled(rw(0, 4), 'mute mode'),
  LBDL: notModelled(rw(5), 'LIN'),
  LBDIE: notModelled(rw(6), 'LIN'),
  STOP: rw(12, 2),
  LINEN: notModelled(rw(14), 'LIN'),
};

const COMMON_CR3 = {
  EIE: rw(0),
  IREN: notModelled(rw(1), 'IrDA'),
  IRLP: notModelled(rw(2), 'IrDA'),
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
      LBCL: notModelled(rw(8), 'synchronous mode'),
      CPHA: notModelled(rw(9), 'synchronous mode'),
      CPOL: notModelled(rw(10), 'synchronous mode'),
      CLKEN: notModelled(rw(11), 'synchronous mode'),
    },
    0,
    'RM0090 30.6.5',
  ),
  CR3: reg(
    0x14,
    {
      ...COMMON_CR3,
      NACK: notModelled(rw(4), 'smartcard mode'),
      SCEN: notModelled(rw(5), 'smartcard mode'),
      RTSE: rw(8),
      CTSE: rw(9),
      CTSIE: rw(10),
    },
    0,
    'RM0090 30.6.6',
  ),
  GTPR: reg(
    0x18,
    { PSC: notModelled(rw(0, 8), 'smartcard and IrDA mode'), GT: notModelled(rw(8, 8), 'smartcard mode') },
    0,
    'RM0090 30.6.7',
  ),
});
