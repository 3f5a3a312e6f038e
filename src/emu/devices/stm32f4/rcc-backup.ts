import type { DeviceContext } from '../../device.js';
import type { RCC } from './rcc-registers.js';

const BDRST = 1 << 16;

/**
 * BDCR, RM0090 7.3.20: in the backup domain, so write-protected until PWR_CR.DBP is set (input `backupAccess`), and
 * reset by power-on and BDRST only. RTCSEL can be chosen once.
 */
export function rccBackup(d: DeviceContext<typeof RCC>, changed: () => void): { reset(): void } {
  const { BDCR } = d.regs;
  const access = d.input('backupAccess');
  d.onWrite(BDCR, (value, old) => {
    if (!access.level) {
      BDCR.value = old;
      if (value === old) return;
      d.report({
        kind: 'misuse',
        what: 'RCC.BDCR was written while the backup domain is protected: the write is lost',
        remedy: 'set APB1ENR.PWREN and PWR.CR.DBP first',
        section: 'RM0090 7.3.20',
      });
      return;
    }
    if (value & BDRST) {
      BDCR.value = BDRST;
    } else if ((old >>> 8) & 3) {
      BDCR.RTCSEL = (old >>> 8) & 3;
    }
    changed();
  });
  return {
    // The LSE keeps running over a system reset; its start-up begins anew if that was under way.
    reset: changed,
  };
}
