import type { StateAllocator } from './allocator.js';

const EXCEPTION_CYCLES = 0;
const SLEEP_CYCLES = 1;
/** When the core fell asleep, less than 0 while it is awake. */
const ASLEEP_SINCE = 2;

/** Cycles that the core spent with other things than instructions, since power-on. */
export class CoreCounters {
  readonly #words: Float64Array;
  readonly #now: () => number;

  /** `now`: the count of the core's clock. */
  constructor(allocator: StateAllocator, now: () => number) {
    this.#words = allocator.f64('counters', 3);
    this.#words[ASLEEP_SINCE] = -1;
    this.#now = now;
  }
  /** Entry, return and tail-chaining. */
  get exceptionCycles(): number {
    return this.#words[EXCEPTION_CYCLES]!;
  }
  get sleepCycles(): number {
    const since = this.#words[ASLEEP_SINCE]!;
    return this.#words[SLEEP_CYCLES]! + (since < 0 ? 0 : this.#now() - since);
  }
  addException(cycles: number): void {
    this.#words[EXCEPTION_CYCLES] = this.#words[EXCEPTION_CYCLES]! + cycles;
  }
  fallAsleep(): void {
    if (this.#words[ASLEEP_SINCE]! < 0) this.#words[ASLEEP_SINCE] = this.#now();
  }
  wakeUp(): void {
    const total = this.sleepCycles;
    this.#words[SLEEP_CYCLES] = total;
    this.#words[ASLEEP_SINCE] = -1;
  }
}
