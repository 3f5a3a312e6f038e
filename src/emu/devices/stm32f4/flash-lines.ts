import { CODE_LINES } from '../../code-lines.js';
import type { FlashContext } from './flash-control.js';

const CACHES = [
  { name: 'instruction', on: 'ICEN', reset: 'ICRST', bit: 1 << 11, empties: CODE_LINES.emptiesCode },
  { name: 'data', on: 'DCEN', reset: 'DCRST', bit: 1 << 12, empties: CODE_LINES.emptiesData },
] as const;

/** The access control register (RM0090 3.5.1, 3.5.2, 3.9.1): output `lines` tells the core how long its accesses take. Gives what a write to it does. */
export function flashLines(d: FlashContext): (written: number) => void {
  const { ACR } = d.regs;
  const lines = d.output('lines');
  const level = () =>
    ACR.LATENCY |
    (ACR.PRFTEN ? CODE_LINES.readsAhead : 0) |
    (ACR.ICEN ? CODE_LINES.keepsCode : 0) |
    (ACR.DCEN ? CODE_LINES.keepsData : 0);
  const accessWritten = (written: number): void => {
    for (const { name, on, reset, bit, empties } of CACHES) {
      if ((written & bit) === 0) continue;
      // RM0090 3.9.1: the bit can be written only while the cache is off
      if (ACR[on] === 0) lines.set(level() | empties);
      else {
        const what = `FLASH.ACR.${reset} was set while the ${name} cache is on: it is not emptied`;
        d.report({ kind: 'misuse', what, remedy: `clear FLASH.ACR.${on} first`, section: 'RM0090 3.9.1' });
      }
    }
    lines.set(level());
  };
  d.onReset(() => {
    lines.set(CODE_LINES.emptiesCode | CODE_LINES.emptiesData);
    lines.set(level());
  });
  return accessWritten;
}
