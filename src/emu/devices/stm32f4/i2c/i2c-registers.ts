import { r, rc_w0, reg, registers, rw } from '../../../registers.js';

/** RM0090 27.6. FLTR is on STM32F42x/43x only (27.6.10). */
export const I2C = registers({
  CR1: reg(
    0x00,
    {
      PE: rw(0),
      SMBUS: rw(1),
      SMBTYPE: rw(3),
      ENARP: rw(4),
      ENPEC: rw(5),
      ENGC: rw(6),
      NOSTRETCH: rw(7),
      START: rw(8),
      STOP: rw(9),
      ACK: rw(10),
      POS: rw(11),
      PEC: rw(12),
      ALERT: rw(13),
      SWRST: rw(15),
    },
    0,
    'RM0090 27.6.1',
  ),
  CR2: reg(
    0x04,
    { FREQ: rw(0, 6), ITERREN: rw(8), ITEVTEN: rw(9), ITBUFEN: rw(10), DMAEN: rw(11), LAST: rw(12) },
    0,
    'RM0090 27.6.2',
  ),
  // Bit 14 has no name: "should always be kept at 1 by software".
  OAR1: reg(0x08, { ADD: rw(0, 10), ONE: rw(14), ADDMODE: rw(15) }, 0, 'RM0090 27.6.3'),
  OAR2: reg(0x0c, { ENDUAL: rw(0), ADD2: rw(1, 7) }, 0, 'RM0090 27.6.4'),
  DR: reg(0x10, { DR: rw(0, 8) }, 0, 'RM0090 27.6.5'),
  SR1: reg(
    0x14,
    {
      SB: r(0),
      ADDR: r(1),
      BTF: r(2),
      ADD10: r(3),
      STOPF: r(4),
      RXNE: r(6),
      TXE: r(7),
      BERR: rc_w0(8),
      ARLO: rc_w0(9),
      AF: rc_w0(10),
      OVR: rc_w0(11),
      PECERR: rc_w0(12),
      TIMEOUT: rc_w0(14),
      SMBALERT: rc_w0(15),
      // Software clears one flag by writing ones everywhere else (`SR1 = ~AF`): no mistake.
      UNUSED5: r(5),
      UNUSED13: r(13),
      UNUSED: r(16, 16),
    },
    0,
    'RM0090 27.6.6',
  ),
  SR2: reg(
    0x18,
    { MSL: r(0), BUSY: r(1), TRA: r(2), GENCALL: r(4), SMBDEFAULT: r(5), SMBHOST: r(6), DUALF: r(7), PEC: r(8, 8) },
    0,
    'RM0090 27.6.7',
  ),
  CCR: reg(0x1c, { CCR: rw(0, 12), DUTY: rw(14), FS: rw(15) }, 0, 'RM0090 27.6.8'),
  TRISE: reg(0x20, { TRISE: rw(0, 6) }, 2, 'RM0090 27.6.9'),
});

/** Bits of CR1: 27.6.1. */
export const CR1 = {
  PE: 1 << 0,
  START: 1 << 8,
  STOP: 1 << 9,
  ACK: 1 << 10,
  POS: 1 << 11,
  PEC: 1 << 12,
  ALERT: 1 << 13,
  SWRST: 1 << 15,
} as const;

/** Bits of SR1: 27.6.6. */
export const SR1 = {
  SB: 1 << 0,
  ADDR: 1 << 1,
  BTF: 1 << 2,
  ADD10: 1 << 3,
  STOPF: 1 << 4,
  RXNE: 1 << 6,
  TXE: 1 << 7,
  BERR: 1 << 8,
  ARLO: 1 << 9,
  AF: 1 << 10,
  OVR: 1 << 11,
  PECERR: 1 << 12,
  TIMEOUT: 1 << 14,
  SMBALERT: 1 << 15,
} as const;

/** Bits of SR2: 27.6.7. */
export const SR2 = {
  MSL: 1 << 0,
  BUSY: 1 << 1,
  TRA: 1 << 2,
  GENCALL: 1 << 4,
  SMBDEFAULT: 1 << 5,
  SMBHOST: 1 << 6,
  DUALF: 1 << 7,
} as const;
