import type { DeviceContext } from '../../device.js';
import type { RCC } from './rcc-registers.js';

/** Bits of CIR: a flag at n has its enable at n + 8 and its clear bit at n + 16 (RM0090 7.3.4). */
export const READY_FLAG = { lsi: 0, lse: 1, hsi: 2, hse: 3, pll: 4, plli2s: 5 } as const;
const READY_FLAGS = 0x3f;
const CSSF = 1 << 7;
const CLEAR_BITS = 0x00bf_0000;

/** CIR: ready interrupts on output `irq`, the clock security system on output `nmi`. */
export function rccInterrupts(d: DeviceContext<typeof RCC>) {
  const { CIR } = d.regs;
  const irq = d.output('irq');
  const nmi = d.output('nmi');
  const update = (): void => {
    const value = CIR.value;
    irq.set(value & (value >>> 8) & READY_FLAGS ? 1 : 0);
    nmi.set(value & CSSF ? 1 : 0);
  };
  d.onWrite(CIR, (value, _old, written) => {
    CIR.value = value & ~(written >>> 16) & ~CLEAR_BITS;
    update();
  });
  return {
    /** The flag is set only while its interrupt is enabled. */
    ready(source: keyof typeof READY_FLAG): void {
      const flag = READY_FLAG[source];
      if ((CIR.value >>> (flag + 8)) & 1) CIR.value |= 1 << flag;
      update();
    },
    hseFailed(): void {
      CIR.value |= CSSF;
      update();
    },
  };
}
