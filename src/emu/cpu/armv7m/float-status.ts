/** Bits of FPSCR (A2.5.3, B1.4.6) as bodies, functions and the exception model use them. */
export const FPSCR = {
  N: 1 << 31,
  Z: 1 << 30,
  C: 1 << 29,
  V: 1 << 28,
  AHP: 1 << 26,
  DN: 1 << 25,
  FZ: 1 << 24,
  RMode: 3 << 22,
  IDC: 1 << 7,
  IXC: 1 << 4,
  UFC: 1 << 3,
  OFC: 1 << 2,
  DZC: 1 << 1,
  IOC: 1 << 0,
} as const;

/** N, Z, C, V: a word of their own (`fpnzcv`), since comparisons write nothing else. */
export const FPSCR_FLAGS = 0xf000_0000 | 0;
/** The control and cumulative bits: `fpscr`. */
export const FPSCR_STATUS = 0x07c0_009f;
/** What a new floating-point context takes from FPDSCR (B1.5.7). */
export const FPSCR_DEFAULTS = 0x07c0_0000;
/** What the core shows outside: FPIXC goes nowhere on the STM32F4, the others are one interrupt (ST PM0214 4.6.7). */
export const FPSCR_INTERRUPTING = 0x8f;

/** Rounding modes of FPSCR.RMode (A2.5.3). */
export const ROUND = { nearest: 0, plusInfinity: 1, minusInfinity: 2, zero: 3 } as const;
export const ROUND_SHIFT = 22;
