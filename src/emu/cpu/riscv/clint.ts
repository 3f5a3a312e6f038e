import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import type { DeviceRow } from '../../device-row.js';
import { reg, registers, repeat, rw } from '../../registers.js';
import type { Counter64 } from './counter64.js';

/** The MSIP registers end where MTIMECMP of hart 0 begins, and those end at mtime (FU540 9.1; ACLINT 2.1, 3.1). */
const MOST_HARTS = 4095;

function tableOf(harts: number) {
  return registers({
    msip: repeat(harts, 4, reg(0x0000, { MSIP: rw(0) }, 0, 'FU540 9.2')),
    mtimecmp: repeat(harts, 8, reg(0x4000, { LOW: rw(0, 32) }, 0xffff_ffff, 'Priv 3.2.1')),
    mtimecmph: repeat(harts, 8, reg(0x4004, { HIGH: rw(0, 32) }, 0xffff_ffff, 'Priv 3.2.1')),
    mtime: reg(0xbff8, { LOW: rw(0, 32) }, 0, 'Priv 3.2.1'),
    mtimeh: reg(0xbffc, { HIGH: rw(0, 32) }, 0, 'Priv 3.2.1'),
  });
}

type Table = ReturnType<typeof tableOf>;
export type ClintHandle = Handle<Table>;

/**
 * The core-local interruptor of SiFive's parts and QEMU's `virt`: software and timer interrupts of `harts` harts
 * (SiFive FU540 manual, chapter 9; Priv 3.2.1 for mtime and mtimecmp). Its wires are `hart0.msip`, `hart0.mtip`, and so on.
 *
 * `mtime` counts the ticks of the device's clock. The manual leaves mtimecmp's reset value open: here it is the largest
 * number, so that no timer interrupt is pending before software asks for one. A reset sets mtime to 0.
 */
export function clint(mtime: Counter64, harts = 1): DeviceType<ClintHandle> {
  if (!Number.isInteger(harts) || harts < 1 || harts > MOST_HARTS) throw new RangeError(`a CLINT of ${harts} harts`);
  return defineDevice({
    name: 'clint',
    size: 0x1_0000,
    registers: tableOf(harts),
    setup(d) {
      const { regs } = d;
      for (const [hart, msip] of regs.msip.entries()) {
        const wire = d.output(`hart${hart}.msip`);
        d.onWrite(msip, () => wire.set(msip.MSIP));
      }
      const timers = regs.mtimecmp.map((_, hart) => timerOf(d, mtime, hart));
      const compare = () => {
        for (const timer of timers) timer();
      };
      d.computed(regs.mtime, () => mtime.low >>> 0);
      d.computed(regs.mtimeh, () => mtime.high >>> 0);
      d.onWrite(regs.mtime, (_value, _old, written, bytes) => {
        mtime.setLow((mtime.low & ~bytes) | (written & bytes));
        compare();
      });
      d.onWrite(regs.mtimeh, (_value, _old, written, bytes) => {
        mtime.setHigh((mtime.high & ~bytes) | (written & bytes));
        compare();
      });
      d.onReset(() => mtime.set(0n));
    },
  });
}

/** Wires a hart's timer interrupt; what it gives compares mtime with mtimecmp anew (Priv 3.2.1: pending while mtime ≥ mtimecmp). */
function timerOf(d: DeviceContext<Table>, mtime: Counter64, hart: number): () => void {
  const [low, high] = [d.regs.mtimecmp[hart]!, d.regs.mtimecmph[hart]!];
  const mtip = d.output(`hart${hart}.mtip`);
  const compare = () => {
    const missing = mtime.countsUntil(high.value, low.value);
    mtip.set(missing <= 0 ? 1 : 0);
    if (missing <= 0 || missing > Number.MAX_SAFE_INTEGER) due.cancel();
    else due.at(d.clock.now() + missing);
  };
  const due = d.event(`hart${hart}.due`, compare);
  d.onWrite(low, compare);
  d.onWrite(high, compare);
  return compare;
}

/** The row of a CLINT beside a core: hart N's wires go to the core's inputs `hartN.msip` and `hartN.mtip`. */
export function clintRow(address: number, mtime: Counter64, harts: number, clock: string): DeviceRow<ClintHandle> {
  const wires = Array.from({ length: harts }, (_, hart) =>
    ['msip', 'mtip'].map((wire) => [`hart${hart}.${wire}`, `cpu.hart${hart}.${wire}`] as const),
  );
  return { address, device: clint(mtime, harts), clock, wires: Object.fromEntries(wires.flat()) };
}
