import { type DeviceContext, type DeviceType, defineDevice, type Handle } from '../../../device.js';
import type { PinFunction } from '../../../net.js';
import type { Signal } from '../../../signal.js';
import { f64, i32 } from '../../../state.js';
import { LazyCounter } from '../sifive-common/lazy-counter.js';
import { elapsedMask, mirroredMask, nextChange, type PwmSettings, scaled, wrapOf } from './pwm-course.js';
import { COMPARATORS, type PwmRegisters, pwmRegisters } from './pwm-registers.js';

export interface SifivePwmOptions {
  /** Bits of the comparators: 8 (PWM0 of the FE310) or 16. */
  readonly width: 8 | 16;
  /** Its functions at the pin multiplexer, without the number: `PWM1_PWM` is PWM1_PWM0 to PWM1_PWM3. */
  readonly pins?: string;
}

const STATE = {
  count: f64(LazyCounter.STATE),
  /** The flags pwmcmpXip. */
  pending: i32(),
  /** The count at which the counter is 0 instead. */
  wrap: f64(),
} as const;

type Context = DeviceContext<PwmRegisters, typeof STATE>;

const [STICKY, ZEROCMP, DEGLITCH, ALWAYS, ONESHOT] = [1 << 8, 1 << 9, 1 << 10, 1 << 12, 1 << 13];
const IP = 28;
const ALL = 15;

/**
 * SiFive's PWM: a counter of 15 bits more than its four comparators (FE310-G002 manual, chapter 20). A flag, its interrupt
 * (`irq0` … `irq3`) and its output are high from the count on that reaches its comparator. The counter is not ticked: events
 * come where something changes.
 */
export function sifivePwm(options: SifivePwmOptions): DeviceType<Handle<PwmRegisters>> {
  return defineDevice({
    name: 'sifive-pwm',
    size: 0x1000,
    registers: pwmRegisters(options.width),
    state: STATE,
    setup(d) {
      new Pwm(d, options);
    },
  });
}

class Pwm {
  readonly #d: Context;
  readonly #width: number;
  readonly #counter: LazyCounter;
  readonly #next;
  readonly #irqs: readonly Signal[];
  readonly #pins: readonly PinFunction[];

  constructor(d: Context, { width, pins }: SifivePwmOptions) {
    this.#d = d;
    this.#width = width;
    this.#counter = new LazyCounter(d.state.count, d.clock, 15 + width);
    this.#next = d.event('next', () => this.#changes());
    const each = Array.from({ length: COMPARATORS }, (_, index) => index);
    this.#irqs = each.map((index) => d.output(`irq${index}`));
    this.#pins = pins === undefined ? [] : each.map((index) => d.pinFunction(`${pins}${index}`));
    const { pwmcfg, pwmcount, pwms, pwmcmp0, pwmcmp1, pwmcmp2, pwmcmp3 } = d.regs;
    d.computed(pwmcount, () => this.#counter.value);
    d.computed(pwms, () => scaled(this.#settings, this.#counter.value));
    d.onWrite(pwmcount, (_value, _old, written) => this.#set(written));
    d.onWrite(pwmcfg, (value) => this.#configure(value));
    for (const register of [pwmcmp0, pwmcmp1, pwmcmp2, pwmcmp3]) d.onWrite(register, () => this.#look());
    d.onReset(() => this.#look());
  }

  get #settings(): PwmSettings {
    const { pwmcfg, pwmcmp0, pwmcmp1, pwmcmp2, pwmcmp3 } = this.#d.regs;
    const cfg = pwmcfg.value;
    return {
      width: this.#width,
      scale: cfg & 15,
      zerocmp: (cfg & ZEROCMP) !== 0,
      center: (cfg >>> 16) & ALL,
      compare: [pwmcmp0.pwmcmp, pwmcmp1.pwmcmp, pwmcmp2.pwmcmp, pwmcmp3.pwmcmp],
    };
  }

  #set(count: number): void {
    this.#counter.value = count;
    this.#look();
  }

  /** The flags take the written value; where a comparator has elapsed they are set again (20.9). */
  #configure(value: number): void {
    this.#d.state.pending[0] = (value >>> IP) & ALL;
    this.#counter.run((value & (ALWAYS | ONESHOT)) !== 0);
    this.#look();
  }

  /** An event: a comparator may have changed, or the counter goes back to 0. */
  #changes(): void {
    if (this.#counter.value < this.#d.state.wrap[0]!) {
      this.#look();
      return;
    }
    // 20.4: with that a one-shot is over
    const { pwmcfg } = this.#d.regs;
    pwmcfg.value &= ~ONESHOT;
    this.#counter.value = 0;
    this.#counter.run((pwmcfg.value & ALWAYS) !== 0);
    this.#look(true);
  }

  /** Brings flags, outputs and interrupts in line with the count, and waits for the next change. */
  #look(restarted = false): void {
    const { regs, state } = this.#d;
    const settings = this.#settings;
    const count = this.#counter.value;
    this.#flags(settings, count, restarted);
    regs.pwmcfg.value = (regs.pwmcfg.value & 0x0fff_ffff) | (state.pending[0]! << IP);
    this.#show((regs.pwmcfg.value >>> 24) & ALL);
    this.#next.cancel();
    if (!this.#counter.running) return;
    state.wrap[0] = wrapOf(settings, count);
    this.#next.after(Math.min(nextChange(settings, count), state.wrap[0]) - count);
  }

  /** 20.9: sticky flags stay until software clears them, deglitched ones until the counter goes back to 0. */
  #flags(settings: PwmSettings, count: number, restarted: boolean): void {
    const { pending } = this.#d.state;
    const cfg = this.#d.regs.pwmcfg.value;
    const holds = (cfg & STICKY) !== 0 || ((cfg & DEGLITCH) !== 0 && !restarted);
    const held = holds ? pending[0]! & ~mirroredMask(settings, count) : 0;
    pending[0] = elapsedMask(settings, count) | held;
  }

  /** 20.7: an output that is ganged is low while the next comparator's flag is set. */
  #show(gang: number): void {
    const flags = this.#d.state.pending[0]!;
    const nexts = (flags >>> 1) | ((flags & 1) << 3);
    const outputs = flags & ~(gang & nexts);
    for (const [index, irq] of this.#irqs.entries()) irq.set((flags >>> index) & 1);
    for (const [index, pin] of this.#pins.entries()) pin.drive((outputs >>> index) & 1 ? 'high' : 'low');
  }
}
