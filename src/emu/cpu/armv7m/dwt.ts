import { type DeviceContext, type DeviceType, defineDevice } from '../../device.js';
import { notModelled, r, reg, registers, repeat, rw } from '../../registers.js';
import type { CoreModel } from './core-model.js';

const TRCENA = 1 << 24;
const POWER_ON = { powerOnOnly: true };
const counter = (name: string) => ({ [name]: notModelled(rw(0, 8), 'the profiling counters') });

/** Data Watchpoint and Trace unit (C1.8), four comparators. */
export const DWT = registers({
  CTRL: reg(
    0x000,
    {
      CYCCNTENA: rw(0),
      POSTPRESET: notModelled(rw(1, 4), 'PC sampling'),
      POSTINIT: notModelled(rw(5, 4), 'PC sampling'),
      CYCTAP: notModelled(rw(9), 'PC sampling'),
      SYNCTAP: notModelled(rw(10, 2), 'trace'),
      PCSAMPLENA: notModelled(rw(12), 'PC sampling'),
      EXCTRCENA: notModelled(rw(16), 'exception trace'),
      CPIEVTENA: notModelled(rw(17), 'trace'),
      EXCEVTENA: notModelled(rw(18), 'trace'),
      SLEEPEVTENA: notModelled(rw(19), 'trace'),
      LSUEVTENA: notModelled(rw(20), 'trace'),
      FOLDEVTENA: notModelled(rw(21), 'trace'),
      CYCEVTENA: notModelled(rw(22), 'trace'),
      NOPRFCNT: r(24),
      NOCYCCNT: r(25),
      NOEXTTRIG: r(26),
      NOTRCPKT: r(27),
      NUMCOMP: r(28, 4),
    },
    0x4000_0000,
    'ARMv7-M C1.8.7',
    POWER_ON,
  ),
  CYCCNT: reg(0x004, { CYCCNT: rw(0, 32) }, 0, 'ARMv7-M C1.8.8', POWER_ON),
  CPICNT: reg(0x008, counter('CPICNT'), 0, 'ARMv7-M C1.8.9'),
  EXCCNT: reg(0x00c, counter('EXCCNT'), 0, 'ARMv7-M C1.8.10'),
  SLEEPCNT: reg(0x010, counter('SLEEPCNT'), 0, 'ARMv7-M C1.8.11'),
  LSUCNT: reg(0x014, counter('LSUCNT'), 0, 'ARMv7-M C1.8.12'),
  FOLDCNT: reg(0x018, counter('FOLDCNT'), 0, 'ARMv7-M C1.8.13'),
  PCSR: reg(0x01c, { EIASAMPLE: r(0, 32) }, 0, 'ARMv7-M C1.8.14'),
  COMPARATOR: repeat(4, 0x10, {
    COMP: reg(0x20, { COMP: rw(0, 32) }, 0, 'ARMv7-M C1.8.15'),
    MASK: reg(0x24, { MASK: rw(0, 5) }, 0, 'ARMv7-M C1.8.16'),
    FUNCTION: reg(
      0x28,
      {
        FUNCTION: notModelled(rw(0, 4), 'DWT watchpoints'),
        EMITRANGE: rw(5),
        CYCMATCH: rw(7),
        DATAVMATCH: rw(8),
        LNK1ENA: r(9),
        DATAVSIZE: rw(10, 2),
        DATAVADDR0: rw(12, 4),
        DATAVADDR1: rw(16, 4),
        MATCHED: r(24),
      },
      0,
      'ARMv7-M C1.8.17',
    ),
  }),
});
type Dwt = DeviceContext<typeof DWT>;

/**
 * DWT at 0xE0001000. CYCCNT counts the clocks of the core, also while it sleeps: the manual gets the executed
 * instructions by taking SLEEPCNT off CYCCNT. It stands while DEMCR.TRCENA or CYCCNTENA is 0.
 */
export function dwt(model: CoreModel): DeviceType & { readonly traceChanged: () => void } {
  // CYCCNT = clock count − this, while it counts; the register holds the value while it stands.
  const base = model.allocator.f64('dwt-base', 1);
  const counting = model.allocator.i32('dwt-counting', 1);
  const unit: { update: () => void } = { update: () => {} };
  const type = defineDevice({
    name: 'dwt',
    size: 0x1000,
    registers: DWT,
    setup(d) {
      unit.update = () => update(d, model, base, counting);
      d.computed(d.regs.CYCCNT, (stored) => count(d, base, counting, stored));
      d.onWrite(d.regs.CYCCNT, (value) => {
        base[0] = d.clock.now() - value;
      });
      d.onWrite(d.regs.CTRL, unit.update);
      d.onReset(unit.update);
    },
  });
  return { ...type, traceChanged: () => unit.update() };
}

function count(d: Dwt, base: Float64Array, counting: Int32Array, stored: number): number {
  return counting[0] === 0 ? stored : (d.clock.now() - base[0]!) >>> 0;
}

function update(d: Dwt, model: CoreModel, base: Float64Array, counting: Int32Array): void {
  const { CTRL, CYCCNT } = d.regs;
  const present = CYCCNT.value;
  CYCCNT.value = present;
  base[0] = d.clock.now() - present;
  counting[0] = CTRL.CYCCNTENA !== 0 && (model.control.demcr & TRCENA) !== 0 ? 1 : 0;
}
