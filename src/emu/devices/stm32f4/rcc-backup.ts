import type { DeviceContext, ResetCause } from '../../device.js';
import type { RCC } from './rcc-registers.js';

const BDRST = 1 << 16;
const LSEON = 1;

/**
 * BDCR, RM0090 7.3.20: in the backup domain, so write-protected until PWR_CR.DBP is set (input `backupAccess`), and
 * reset by BDRST, or by power-on where no battery (input `battery`) holds it. RTCSEL can be chosen once. Output `backupReset`
 * is BDRST: it resets the RTC, too.
 */
export function rccBackup(d: DeviceContext<typeof RCC>, changed: () => void): { reset(cause: ResetCause): void } {
  const { BDCR } = d.regs;
  const access = d.input('backupAccess');
  const battery = d.input('battery');
  const resetDomain = d.output('backupReset');
  d.onWrite(BDCR, (value, old) => {
    if (!access.level) {
      BDCR.value = old;
      if (value === old) return;
      d.report({
        kind: 'misuse',
        rule: 'sequence',
        what: 'RCC.BDCR was written while the backup domain is protected: the write is lost',
        remedy: 'set APB1ENR.PWREN and PWR.CR.DBP first',
        section: 'RM0090 7.3.20',
      });
      return;
    }
    if (value & BDRST) {
      BDCR.value = BDRST;
    } else if ((old >>> 8) & 3) keepSelection(d, (old >>> 8) & 3);
    if ((old & LSEON) !== 0) BDCR.LSEBYP = (old >>> 2) & 1;
    resetDomain.set(BDCR.BDRST);
    changed();
  });
  return {
    // The LSE keeps running over a system reset; its start-up begins anew if that was under way.
    reset: (cause) => {
      if (cause === 'power-on' && !battery.level) BDCR.value = 0;
      resetDomain.set(BDCR.BDRST);
      changed();
    },
  };
}

/** 7.3.20: once RTCSEL is chosen only a reset of the domain sets it back (or, for LSE, its failure). */
function keepSelection({ regs: { BDCR }, report }: DeviceContext<typeof RCC>, chosen: number): void {
  const wanted = BDCR.RTCSEL;
  BDCR.RTCSEL = chosen;
  if (wanted === chosen) return;
  report({
    kind: 'misuse',
    rule: 'sequence',
    what: `RCC.BDCR.RTCSEL was set to ${wanted}, but it is ${chosen} already: it can be chosen once`,
    remedy: 'set and clear BDRST first; that resets the whole backup domain',
    section: 'RM0090 7.3.20',
  });
}
