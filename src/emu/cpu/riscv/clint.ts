import { type DeviceType, defineDevice, type Handle } from '../../device.js';
import { reg, registers, rw } from '../../registers.js';
import type { Counter64 } from './counter64.js';

/**
 * The core-local interruptor of SiFive's parts and QEMU's `virt`: software and timer interrupt of one hart
 * (SiFive FU540 manual, chapter 9; Priv 3.2.1 for mtime and mtimecmp).
 */
export const CLINT = registers({
  msip: reg(0x0000, { MSIP: rw(0) }, 0, 'FU540 9.2'),
  mtimecmp: reg(0x4000, { LOW: rw(0, 32) }, 0xffff_ffff, 'Priv 3.2.1'),
  mtimecmph: reg(0x4004, { HIGH: rw(0, 32) }, 0xffff_ffff, 'Priv 3.2.1'),
  mtime: reg(0xbff8, { LOW: rw(0, 32) }, 0, 'Priv 3.2.1'),
  mtimeh: reg(0xbffc, { HIGH: rw(0, 32) }, 0, 'Priv 3.2.1'),
});

/**
 * `mtime` counts the ticks of the device's clock. The manual leaves mtimecmp's reset value open: here it is the largest
 * number, so that no timer interrupt is pending before software asks for one. A reset sets mtime to 0.
 */
export function clint(mtime: Counter64): DeviceType<Handle<typeof CLINT>> {
  return defineDevice({
    name: 'clint',
    size: 0x1_0000,
    registers: CLINT,
    setup(d) {
      const { regs, clock } = d;
      const [msip, mtip] = [d.output('msip'), d.output('mtip')];
      const due = d.event('due', () => compare());
      const { mtimecmp: low, mtimecmph: high } = regs;
      const compare = () => {
        const missing = mtime.countsUntil(high.value, low.value);
        mtip.set(missing <= 0 ? 1 : 0);
        if (missing <= 0 || missing > Number.MAX_SAFE_INTEGER) due.cancel();
        else due.at(clock.now() + missing);
      };
      d.onWrite(regs.msip, () => msip.set(regs.msip.MSIP));
      d.onWrite(regs.mtimecmp, compare);
      d.onWrite(regs.mtimecmph, compare);
      d.computed(regs.mtime, () => mtime.low >>> 0);
      d.computed(regs.mtimeh, () => mtime.high >>> 0);
      d.onWrite(regs.mtime, (value) => {
        mtime.setLow(value);
        compare();
      });
      d.onWrite(regs.mtimeh, (value) => {
        mtime.setHigh(value);
        compare();
      });
      d.onReset(() => mtime.set(0n));
    },
  });
}
