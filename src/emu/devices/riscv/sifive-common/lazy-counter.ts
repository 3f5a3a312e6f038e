import type { Clock } from '../../../time.js';

/** A counter that nobody ticks: its value follows from when it was started, and at what value. */
export class LazyCounter {
  /** The value at `since`, the clock's count then, and 1 while it runs. */
  readonly #state: Float64Array;
  readonly #clock: Clock;
  /** It wraps to 0 here. */
  readonly #modulus: number;

  static readonly STATE = 3;

  constructor(state: Float64Array, clock: Clock, bits: number) {
    this.#state = state;
    this.#clock = clock;
    this.#modulus = 2 ** bits;
  }

  get running(): boolean {
    return this.#state[2] !== 0;
  }
  get value(): number {
    const [base, since] = [this.#state[0]!, this.#state[1]!];
    if (!this.running) return base;
    return (base + this.#clock.now() - since) % this.#modulus;
  }
  set value(value: number) {
    this.#state[0] = value % this.#modulus;
    this.#state[1] = this.#clock.now();
  }
  run(on: boolean): void {
    if (on === this.running) return;
    this.value = this.value;
    this.#state[2] = on ? 1 : 0;
  }
  /** Ticks of the clock until it holds `value`; a whole round if it does now. */
  ticksUntil(value: number): number {
    const missing = value - this.value;
    return missing > 0 ? missing : missing + this.#modulus;
  }
}
