import type { TimedEvent } from '../../../scheduler.js';
import type { Clock } from '../../../time.js';

const MILLISECOND = 1_000_000;
/** 27.3.7 and 27.6.6: SCL low, the master's extension of a byte, the slave's of a message. */
const LIMIT_NS = { low: 25 * MILLISECOND, master: 10 * MILLISECOND, slave: 25 * MILLISECOND } as const;

export interface TimeoutState {
  /** Machine time since which SCL is low; negative while it is not. */
  readonly lowSince: Float64Array;
  /** How long the slave has extended this message so far, in ns. */
  readonly extended: Float64Array;
}

/** Who holds SCL low. */
export type Holder = 'master' | 'slave' | 'other' | undefined;

/** SMBus time-outs: RM0090 27.3.7. */
export class I2cTimeout {
  readonly #state: TimeoutState;
  readonly #clock: Clock;
  readonly #event: TimedEvent;

  constructor(state: TimeoutState, clock: Clock, event: (fire: () => void) => TimedEvent, expired: () => void) {
    this.#state = state;
    this.#clock = clock;
    this.#event = event(expired);
  }

  /** SCL is low by `holder`, or high. */
  watch(holder: Holder): void {
    const { extended } = this.#state;
    if (holder === undefined) {
      if (!this.#event.armed) return;
      extended[0] = extended[0]! + this.#clock.now() - this.#state.lowSince[0]!;
      this.#event.cancel();
    } else if (!this.#event.armed) {
      this.#state.lowSince[0] = this.#clock.now();
      const limit =
        holder === 'other' ? LIMIT_NS.low : holder === 'master' ? LIMIT_NS.master : LIMIT_NS.slave - extended[0]!;
      this.#event.after(Math.max(1, limit));
    }
  }
  /** A START or STOP: the message's extensions count from 0. */
  restart(): void {
    this.#event.cancel();
    this.#state.extended[0] = 0;
  }
}
