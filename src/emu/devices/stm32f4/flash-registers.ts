import { r, rc_w1, reg, registers, rs, rw, w } from '../../registers.js';

/** RM0090 section 3.9 (STM32F405/407). Wait states and caches change nothing but time, which the core's model keeps. */
export const FLASH = registers({
  ACR: reg(
    0x00,
    { LATENCY: rw(0, 3), PRFTEN: rw(8), ICEN: rw(9), DCEN: rw(10), ICRST: w(11), DCRST: rw(12) },
    0,
    'RM0090 3.9.1',
  ),
  KEYR: reg(0x04, { KEY: w(0, 32) }, 0, 'RM0090 3.9.3'),
  OPTKEYR: reg(0x08, { OPTKEY: w(0, 32) }, 0, 'RM0090 3.9.4'),
  SR: reg(
    0x0c,
    {
      EOP: rc_w1(0),
      OPERR: rc_w1(1),
      WRPERR: rc_w1(4),
      PGAERR: rc_w1(5),
      PGPERR: rc_w1(6),
      PGSERR: rc_w1(7),
      BSY: r(16),
    },
    0,
    'RM0090 3.9.5',
  ),
  CR: reg(
    0x10,
    {
      PG: rw(0),
      SER: rw(1),
      MER: rw(2),
      SNB: rw(3, 4),
      PSIZE: rw(8, 2),
      STRT: rs(16),
      EOPIE: rw(24),
      ERRIE: rw(25),
      LOCK: rs(31),
    },
    0x8000_0000,
    'RM0090 3.9.7',
  ),
  OPTCR: reg(
    0x14,
    {
      OPTLOCK: rs(0),
      OPTSTRT: rs(1),
      BOR_LEV: rw(2, 2),
      WDG_SW: rw(5),
      nRST_STOP: rw(6),
      nRST_STDBY: rw(7),
      RDP: rw(8, 8),
      nWRP: rw(16, 12),
    },
    0x0fff_aaed,
    'RM0090 3.9.9',
  ),
});

/** The flags of SR that say why nothing was programmed or erased. */
export type ErrorFlag = 'WRPERR' | 'PGAERR' | 'PGPERR' | 'PGSERR';
