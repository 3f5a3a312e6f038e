import { type DeviceContext, type DeviceType, defineDevice } from '../../device.js';
import { r, rc_r, reg, registers, rw } from '../../registers.js';
import type { TimedEvent } from '../../scheduler.js';
import { f64 } from '../../state.js';
import type { CoreModel } from './core-model.js';
import { EXCEPTION } from './exception-numbers.js';

/** The system timer (B3.3). */
export const SYSTICK = registers({
  CTRL: reg(0x0, { ENABLE: rw(0), TICKINT: rw(1), CLKSOURCE: rw(2), COUNTFLAG: rc_r(16) }, 0, 'ARMv7-M B3.3.3'),
  LOAD: reg(0x4, { RELOAD: rw(0, 24) }, 0, 'ARMv7-M B3.3.4'),
  VAL: reg(0x8, { CURRENT: rw(0, 32) }, 0, 'ARMv7-M B3.3.5'),
  CALIB: reg(0xc, { TENMS: r(0, 24), SKEW: r(30), NOREF: r(31) }, 0, 'ARMv7-M B3.3.6'),
});

// Bits of CTRL, for what happens once a period: a field by its name is looked up.
const ENABLE = 1 << 0;
const TICKINT = 1 << 1;
const CLKSOURCE = 1 << 2;
const COUNTFLAG = 1 << 16;

/** Where the count stands: it reaches 0 at tick `ZERO` of its clock, and was loaded with `SPAN`. */
const ZERO = 0;
const SPAN = 1;
const COUNT = { count: f64(2) };
type SysTick = DeviceContext<typeof SYSTICK, typeof COUNT>;

export interface SysTickOptions {
  /** SYST_CALIB as the chip wires it. */
  readonly calibration: number;
  /** Name of the reference clock, CLKSOURCE = 0; without it there is none and CLKSOURCE reads as one. */
  readonly reference?: string;
}

/** SysTick at 0xE000E010. Counts on events of its own clock, so that a sleeping core jumps to the next one. */
export function sysTick(model: CoreModel, options: SysTickOptions): DeviceType {
  return defineDevice({
    name: 'systick',
    size: 0x10,
    registers: SYSTICK,
    state: COUNT,
    setup(d) {
      new Counter(d, model, options);
    },
  });
}

/**
 * A decrementing counter that spends RELOAD + 1 clocks a period: it shows 0 for one clock and is loaded on the next
 * (B3.3.1). RELOAD is looked at only then; RELOAD 0 stops it there.
 */
class Counter {
  readonly #d: SysTick;
  readonly #control: SysTick['regs']['CTRL'];
  readonly #reload: SysTick['regs']['LOAD'];
  readonly #count: Float64Array;
  readonly #model: CoreModel;
  readonly #onCore: TimedEvent;
  readonly #onReference: TimedEvent;
  readonly #reference: SysTick['clock'];

  constructor(d: SysTick, model: CoreModel, options: SysTickOptions) {
    this.#d = d;
    this.#control = d.regs.CTRL;
    this.#reload = d.regs.LOAD;
    this.#count = d.state.count;
    this.#model = model;
    this.#reference = options.reference === undefined ? d.clock : d.clockNamed(options.reference);
    this.#onCore = d.event('zero', () => this.#zero(), d.clock);
    this.#onReference = d.event('zero-on-reference', () => this.#zero(), this.#reference);
    const { CTRL, LOAD, VAL, CALIB } = d.regs;
    const fixed = (): void => {
      CALIB.value = options.calibration;
      if (options.reference === undefined) CTRL.CLKSOURCE = 1;
    };
    fixed();
    d.onReset(fixed);
    d.onWrite(CTRL, (value, old) => {
      const wired = options.reference === undefined ? value | CLKSOURCE : value;
      CTRL.value = wired;
      this.#switched(wired, old);
    });
    d.onWrite(LOAD, () => this.#reloadChanged());
    d.computed(VAL, (held) => this.#value(held));
    d.onWrite(VAL, () => this.#clear());
  }

  #running(): boolean {
    return (this.#control.value & ENABLE) !== 0;
  }
  #now(): number {
    return ((this.#control.value & CLKSOURCE) !== 0 ? this.#d.clock : this.#reference).now();
  }

  /** The count; while the timer is off, VAL holds it. */
  #value(held: number): number {
    if (!this.#running()) return held;
    const count = this.#count;
    const left = count[ZERO]! - this.#now();
    return left > count[SPAN]! ? 0 : Math.max(0, left);
  }

  #switched(value: number, old: number): void {
    const { VAL, CTRL } = this.#d.regs;
    if (((value ^ old) & (ENABLE | CLKSOURCE)) === 0) return;
    CTRL.value = old;
    const held = VAL.value;
    CTRL.value = value;
    VAL.value = held;
    this.#onCore.cancel();
    this.#onReference.cancel();
    if (this.#running()) this.#start(held);
  }

  /** Counts down from `value`; from 0 the next clock loads RELOAD. */
  #start(value: number): void {
    const count = this.#count;
    if (value === 0) this.#load(this.#now());
    else {
      count[SPAN] = value;
      count[ZERO] = this.#now() + value;
      this.#arm();
    }
  }

  /** The count was 0 at tick `zero`: the next clock loads RELOAD. */
  #load(zero: number): void {
    const count = this.#count;
    const reload = this.#reload.value;
    count[SPAN] = reload;
    count[ZERO] = zero + reload + 1;
    if (reload === 0) {
      count[ZERO] = zero;
      this.#onCore.cancel();
      this.#onReference.cancel();
    } else this.#arm();
  }

  #arm(): void {
    const event = (this.#control.value & CLKSOURCE) !== 0 ? this.#onCore : this.#onReference;
    event.at(this.#count[ZERO]!);
  }

  #zero(): void {
    const control = this.#control.value;
    this.#control.value = control | COUNTFLAG;
    this.#load(this.#count[ZERO]!);
    if ((control & TICKINT) !== 0) this.#model.interrupts.pend(EXCEPTION.sysTick);
  }

  /** Only matters while the count is 0: the next clock takes the new value. */
  #reloadChanged(): void {
    if (this.#running() && this.#d.regs.VAL.value === 0) this.#load(this.#now());
  }

  /** A write of any value clears the count and COUNTFLAG, and makes nothing pending (B3.3.5). */
  #clear(): void {
    const { VAL, CTRL } = this.#d.regs;
    VAL.value = 0;
    CTRL.COUNTFLAG = 0;
    if (this.#running()) this.#load(this.#now());
  }
}
