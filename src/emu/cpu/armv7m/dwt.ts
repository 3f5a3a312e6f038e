import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../device.js';
import { i32 } from '../../state.js';
import type { CoreModel } from './core-model.js';
import { Comparators } from './dwt-comparators.js';
import { DWT } from './dwt-registers.js';

const TRCENA = 1 << 24;
const [EXCEVTENA, SLEEPEVTENA] = [1 << 18, 1 << 19] as const;
/** FUNCTION values that ask for a watchpoint, and for nothing. */
const WATCHPOINTS: readonly number[] = [0, 4, 5, 6, 7];

const STATE = { told: i32() };
type Dwt = DeviceContext<typeof DWT, typeof STATE>;

/** CYCCNT, EXCCNT, SLEEPCNT = what they count of − `base`, while they count; the register holds the value while they stand. */
interface Counting {
  readonly base: Float64Array;
  readonly on: Int32Array;
}

/** One of the counters that run by themselves. */
interface Counter {
  readonly index: number;
  readonly register: { value: number };
  readonly mask: number;
  /** The running total that it shows the low bits of. */
  total(): number;
  /** Its enable bit in CTRL. */
  readonly enable: number;
}

/**
 * DWT at 0xE0001000. CYCCNT counts the clocks of the core, also while it sleeps: the manual gets the executed
 * instructions by taking SLEEPCNT off CYCCNT. All stand while DEMCR.TRCENA or their enable bit is 0.
 */
export function dwt(model: CoreModel): DeviceType<Handle<typeof DWT>> & { readonly traceChanged: () => void } {
  const counting = { base: model.allocator.f64('dwt-base', 3), on: model.allocator.i32('dwt-counting', 3) };
  const unit: { update: () => void } = { update: () => {} };
  const type = defineDevice({
    name: 'dwt',
    size: 0x1000,
    registers: DWT,
    state: STATE,
    setup(d) {
      const counters = countersOf(d, model, counting);
      const comparators = new Comparators(d, model);
      const cycles = d.event('cycle-match', () => {
        comparators.cycleMatched();
        plan();
      });
      const plan = (): void => {
        cycles.cancel();
        if (!comparators.watchesCycles || counting.on[0] === 0) return;
        const left = (d.regs.COMPARATOR[0]!.COMP.value - d.regs.CYCCNT.value) >>> 0;
        cycles.after(left === 0 ? 2 ** 32 : left);
      };
      unit.update = () => {
        for (const counter of counters) follow(d, model, counter, counting);
        comparators.update();
        plan();
      };
      const reached = counters.map((counter) => (value: number) => {
        counting.base[counter.index] = counter.total() - value;
        plan();
      });
      d.onWrite(d.regs.CYCCNT, reached[0]!);
      d.onWrite(d.regs.EXCCNT, reached[1]!);
      d.onWrite(d.regs.SLEEPCNT, reached[2]!);
      d.onWrite(d.regs.CTRL, unit.update);
      d.computed(d.regs.PCSR, () => model.state.pc);
      for (const comparator of d.regs.COMPARATOR) watch(d, comparator, unit);
      d.onReset((kind) => {
        if (kind === 'power-on') counting.on.fill(0);
        unit.update();
      });
      model.onRestored.push(() => comparators.update());
    },
  });
  return { ...type, traceChanged: () => unit.update() };
}

function countersOf(d: Dwt, { counters }: CoreModel, { base, on }: Counting): readonly Counter[] {
  const { CYCCNT, EXCCNT, SLEEPCNT } = d.regs;
  const all: readonly Counter[] = [
    { index: 0, register: CYCCNT, mask: 0xffff_ffff, total: () => d.clock.now(), enable: 1 },
    { index: 1, register: EXCCNT, mask: 0xff, total: () => counters.exceptionCycles, enable: EXCEVTENA },
    { index: 2, register: SLEEPCNT, mask: 0xff, total: () => counters.sleepCycles, enable: SLEEPEVTENA },
  ];
  for (const [i, register] of [CYCCNT, EXCCNT, SLEEPCNT].entries()) {
    const { total, mask } = all[i]!;
    d.computed(register, (stored) => {
      if (on[i] === 0) return stored;
      const count = (total() - base[i]!) >>> 0;
      return (count & mask) >>> 0;
    });
  }
  return all;
}

/** A counter goes on, or stands, as its enable bits say. The 8-bit ones begin at 0 when they are enabled (C1.8.10). */
function follow(
  d: Dwt,
  model: CoreModel,
  { index, register, total, enable }: Counter,
  { base, on: counts }: Counting,
): void {
  const was = counts[index] !== 0;
  const on = (d.regs.CTRL.value & enable) !== 0 && (model.control.demcr & TRCENA) !== 0;
  const present = index > 0 && on && !was ? 0 : register.value;
  register.value = present;
  base[index] = total() - present;
  counts[index] = on ? 1 : 0;
}

/** Trace and event functions of a comparator are not there; the rest of a write takes effect at once. */
function watch(
  d: Dwt,
  { COMP, MASK, FUNCTION }: Dwt['regs']['COMPARATOR'][number],
  unit: { update: () => void },
): void {
  d.onWrite(COMP, () => unit.update());
  d.onWrite(MASK, () => unit.update());
  d.onRead(FUNCTION, (value) => {
    FUNCTION.MATCHED = 0;
    return value;
  });
  d.onWrite(FUNCTION, () => {
    if (!WATCHPOINTS.includes(FUNCTION.FUNCTION) && d.state.told[0] === 0) {
      d.state.told[0] = 1;
      d.report({
        kind: 'unmodelled',
        what: `DWT.${FUNCTION.name} was given function ${FUNCTION.FUNCTION}: data trace and trace triggers are not modelled`,
        remedy: 'watchpoints, functions 4 to 7, are',
        section: 'ARMv7-M C1.8.17',
      });
    }
    unit.update();
  });
}
