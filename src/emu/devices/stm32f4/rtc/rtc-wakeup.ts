import type { TimedEvent } from '../../../scheduler.js';
import type { RtcCounter } from './rtc-counter.js';
import type { RtcContext } from './rtc-registers.js';

/** RTCCLK over 16, 8, 4 and 2, by WUCKSEL[1:0]. */
const DIVISORS = [16, 8, 4, 2] as const;

/**
 * The periodic wake-up timer: RM0090 26.3.4, 26.6.3, 26.6.6. From WUTE on it counts WUT + 1 periods of RTCCLK over a divisor, or of
 * ck_spre: those are PREDIV_S + 1 calibrated ck_apre, whatever second the calendar has.
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
      this.#d.state.wakeUp[0] = this.#span;
      this.plan();
    } else this.#event.after(this.#pulses);
  }
  stop(): void {
    this.#event.cancel();
  }

  /** The calendar is about to be set or to stop: what is left stays. */
  hold(): void {
    if (!this.#counts || !this.#event.armed) return;
    this.#d.state.wakeUp[0] = this.#target - this.#counter.at().u;
    this.#event.cancel();
  }
  /** What is left is counted from now on. */
  plan(): void {
    if (!this.#counts || this.#counter.stopped) return;
    this.#target = this.#counter.at().u + this.#d.state.wakeUp[0]!;
    this.#armAtTarget();
  }

  get #counts(): boolean {
    return this.#onSeconds && this.#d.regs.CR.WUTE === 1;
  }
  /** ck_apre of a period on seconds. */
  get #span(): number {
    return this.#count * (this.#counter.predivS + 1);
  }
  get #target(): number {
    return this.#d.state.counter[TARGET]!;
  }
  set #target(u: number) {
    this.#d.state.counter[TARGET] = u;
  }

  #armAtTarget(): void {
    this.#event.at(Math.max(this.#counter.rawOfApre(this.#target), this.#counter.now + 1));
  }
  #rearm(): void {
    if (!this.#onSeconds) this.#event.after(this.#pulses);
    else {
      this.#target += this.#span;
      this.#armAtTarget();
    }
  }
}

/** Where in the counter's state the count of ck_apre stands at which the timer elapses. */
const TARGET = 11;
