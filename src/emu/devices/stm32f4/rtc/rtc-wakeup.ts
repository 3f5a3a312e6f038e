import type { TimedEvent } from '../../../scheduler.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';

/** RTCCLK over 16, 8, 4 and 2, by WUCKSEL[1:0]. */
const DIVISORS = [16, 8, 4, 2] as const;

/**
 * The periodic wake-up timer: RM0090 26.3.4, 26.6.3. It counts RTCCLK over a divisor from WUTE on, or the seconds of the calendar
 * (ck_spre): then the first period ends with the second it ends in.
 */
export class RtcWakeUp {
  readonly #d: RtcContext;
  readonly #counter: RtcCounter;
  readonly #event: TimedEvent;

  constructor(d: RtcContext, counter: RtcCounter, elapsed: () => void) {
    this.#d = d;
    this.#counter = counter;
    const fire = (): void => {
      this.#rearm();
      elapsed();
    };
    this.#event = d.event('wakeUp', fire, d.clock, { backup: true });
  }

  get #onSeconds(): boolean {
    return (this.#d.regs.CR.WUCKSEL & 4) !== 0;
  }
  /** Periods of ck_wut. */
  get #count(): number {
    const { CR, WUTR } = this.#d.regs;
    return WUTR.WUT + 1 + ((CR.WUCKSEL & 6) === 6 ? 0x1_0000 : 0);
  }
  get #pulses(): number {
    return this.#count * DIVISORS[this.#d.regs.CR.WUCKSEL & 3]!;
  }

  start(): void {
    if (this.#onSeconds) {
      this.#d.state.wakeUp[0] = this.#count;
      this.plan();
    } else this.#event.after(this.#pulses);
  }
  stop(): void {
    this.#event.cancel();
  }

  /** Seconds before the calendar is set or stops: those that passed are counted. `target` holds where it would end. */
  hold(): void {
    const { wakeUp } = this.#d.state;
    if (!this.#counts || !this.#event.armed) return;
    wakeUp[0] = this.#target - this.#counter.at().second;
    this.#event.cancel();
  }
  /** Counts from the present second on what is left. */
  plan(): void {
    if (!this.#counts || this.#counter.stopped) return;
    this.#target = this.#counter.at().second + this.#d.state.wakeUp[0]!;
    this.#armAtTarget();
  }

  get #counts(): boolean {
    return this.#onSeconds && this.#d.regs.CR.WUTE === 1;
  }
  get #target(): number {
    return this.#d.state.counter[TARGET]!;
  }
  set #target(second: number) {
    this.#d.state.counter[TARGET] = second;
  }

  #armAtTarget(): void {
    const counter = this.#counter;
    this.#event.at(counter.rawOfApre(counter.apreOf(this.#target, counter.predivS)));
  }
  #rearm(): void {
    if (!this.#onSeconds) this.#event.after(this.#pulses);
    else {
      this.#target += this.#count;
      this.#armAtTarget();
    }
  }
}

/** Where in the counter's state the second stands at which the timer elapses. */
const TARGET = 11;
