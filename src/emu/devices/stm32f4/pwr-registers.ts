import type { DeviceContext } from '../../device.js';
import { r, reg, registers, rw, w } from '../../registers.js';
import { backup, f64, u8 } from '../../state.js';

/** RM0090 section 5.4 (STM32F405/407). */
export const PWR = registers({
  CR: reg(
    0x00,
    {
      LPDS: rw(0),
      PDDS: rw(1),
      CWUF: w(2),
      CSBF: w(3),
      PVDE: rw(4),
      PLS: rw(5, 3),
      DBP: rw(8),
      FPDS: rw(9),
      VOS: rw(14),
      // VOS is two bits wide in the STM32F42x; drivers made for both write both, and here the upper one does nothing.
      UNUSED: r(15),
    },
    0x0000_4000,
    'RM0090 5.4.1',
  ),
  // Its bits outlive different resets: see `resetStatus`.
  CSR: reg(
    0x04,
    { WUF: r(0), SBF: r(1), PVDO: r(2), BRR: r(3), EWUP: rw(8), BRE: rw(9), VOSRDY: r(14) },
    0,
    'RM0090 5.4.2',
    { backup: true },
  ),
});

export const PWR_STATE = {
  /** Volts: VDD, and the battery on VBAT (0: VBAT is tied to VDD). The test's, so no reset changes them. */
  volts: backup(f64(2)),
  /** 1 while VDD is below what power-on or brown-out reset ask for; 2 below power-down reset. */
  low: backup(u8()),
  /** One of MODE. */
  mode: backup(u8()),
  /** The level WKUP had last. */
  wkup: u8(),
};
export type PwrContext = DeviceContext<typeof PWR, typeof PWR_STATE>;

/** `starting`: the chip was reset while in Standby mode, and its core supply comes back. */
export const MODE = { run: 0, stop: 1, standby: 2, starting: 3 } as const;
