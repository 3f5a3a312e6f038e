import { r, rc_w0, reg, registers, rw } from '../../../registers.js';

/** RM0090 28.5. SPI1 has no I2S: its I2SCFGR and I2SPR hold nothing. */

const COMMON = {
  CR1: reg(
    0x00,
    {
      CPHA: rw(0),
      CPOL: rw(1),
      MSTR: rw(2),
      BR: rw(3, 3),
      SPE: rw(6),
      LSBFIRST: rw(7),
      SSI: rw(8),
      SSM: rw(9),
      RXONLY: rw(10),
      DFF: rw(11),
      CRCNEXT: rw(12),
      CRCEN: rw(13),
      BIDIOE: rw(14),
      BIDIMODE: rw(15),
    },
    0,
    'RM0090 28.5.1',
  ),
  CR2: reg(
    0x04,
    { RXDMAEN: rw(0), TXDMAEN: rw(1), SSOE: rw(2), FRF: rw(4), ERRIE: rw(5), RXNEIE: rw(6), TXEIE: rw(7) },
    0,
    'RM0090 28.5.2',
  ),
  SR: reg(
    0x08,
    {
      RXNE: r(0),
      TXE: r(1),
      CHSIDE: r(2),
      UDR: r(3),
      CRCERR: rc_w0(4),
      MODF: r(5),
      OVR: r(6),
      BSY: r(7),
      FRE: r(8),
      // Software clears CRCERR by writing ones everywhere else (`SR = ~CRCERR`): no mistake.
      UNUSED: r(9, 23),
    },
    2,
    'RM0090 28.5.3',
  ),
  DR: reg(0x0c, { DR: rw(0, 16) }, 0, 'RM0090 28.5.4'),
  CRCPR: reg(0x10, { CRCPOLY: rw(0, 16) }, 7, 'RM0090 28.5.5'),
  RXCRCR: reg(0x14, { RXCRC: r(0, 16) }, 0, 'RM0090 28.5.6'),
  TXCRCR: reg(0x18, { TXCRC: r(0, 16) }, 0, 'RM0090 28.5.7'),
} as const;

export const SPI_I2S = registers({
  ...COMMON,
  I2SCFGR: reg(
    0x1c,
    {
      CHLEN: rw(0),
      DATLEN: rw(1, 2),
      CKPOL: rw(3),
      I2SSTD: rw(4, 2),
      PCMSYNC: rw(7),
      I2SCFG: rw(8, 2),
      I2SE: rw(10),
      I2SMOD: rw(11),
    },
    0,
    'RM0090 28.5.8',
  ),
  I2SPR: reg(0x20, { I2SDIV: rw(0, 8), ODD: rw(8), MCKOE: rw(9) }, 2, 'RM0090 28.5.9'),
});

export const SPI_ONLY = registers({
  ...COMMON,
  I2SCFGR: reg(0x1c, {}, 0, 'RM0090 28.5.8'),
  I2SPR: reg(0x20, {}, 2, 'RM0090 28.5.9'),
});

/** Bits of SR: 28.5.3. */
export const SR = {
  RXNE: 1 << 0,
  TXE: 1 << 1,
  CHSIDE: 1 << 2,
  UDR: 1 << 3,
  CRCERR: 1 << 4,
  MODF: 1 << 5,
  OVR: 1 << 6,
  BSY: 1 << 7,
  FRE: 1 << 8,
} as const;

/** Bits of CR1: 28.5.1. */
export const CR1 = {
  MSTR: 1 << 2,
  SPE: 1 << 6,
  RXONLY: 1 << 10,
  DFF: 1 << 11,
  CRCNEXT: 1 << 12,
  CRCEN: 1 << 13,
  BIDIOE: 1 << 14,
  BIDIMODE: 1 << 15,
} as const;
